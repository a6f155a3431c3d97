package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.List;

/// A grid whose places are numbered row by row, the last axis fastest: where the tokens of a pass stand in it.
record Grid(String place, List<Integer> sizes) {
    /// What the sizes of a grid must be, as a list of their own.
    static List<Integer> check(List<Integer> sizes) {
        List<Integer> own = List.copyOf(sizes);
        long places = 1;
        for (int size : own) {
            if (size < 1) {
                throw new IllegalArgumentException("every size of a grid must be at least 1, not " + own);
            }
            places *= size;
            if (places > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "a grid of " + own + " has more than " + Integer.MAX_VALUE + " places; use smaller sizes");
            }
        }
        return own;
    }

    /// A part of a vector for each axis: the given ones, which must fill it, or equal ones.
    static int[] parts(List<Integer> given, List<Integer> grid, int width, Parameters parameters) {
        int axes = grid.size();
        if (given.isEmpty() && width % axes != 0) {
            throw parameters.refuse("a width of " + width + " cannot be split evenly among the " + axes
                    + " axes of the grid " + grid + "; say how with \"parts\"");
        }
        int[] parts = new int[axes];
        long all = 0;
        for (int axis = 0; axis < axes; axis++) {
            parts[axis] = given.isEmpty() ? width / axes : given.get(axis);
            all += parts[axis];
        }
        if (all != width) {
            throw parameters.refuse("the parts " + given + " of a grid's axes are " + all
                    + " numbers, but the width is " + width + "; they must fill it");
        }
        return parts;
    }

    /// What parts must be, as a list of their own.
    static List<Integer> checkParts(List<Integer> parts, List<Integer> grid) {
        List<Integer> own = List.copyOf(parts);
        if (!own.isEmpty() && own.size() != grid.size()) {
            throw new IllegalArgumentException("there are " + own.size() + " parts for the " + grid.size()
                    + " axes of the grid " + grid + "; give one an axis");
        }
        if (own.stream().anyMatch(part -> part < 1)) {
            throw new IllegalArgumentException("every part must be at least 1 number, not " + own);
        }
        return own;
    }

    long places() {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /// The positions of a pass along one axis, int64 [T] or [B, T].
    Tensor along(int axis, Context context, long length) {
        Tensor positions = positions(context, length);
        long behind = 1;
        for (int later = axis + 1; later < sizes.size(); later++) {
            behind *= sizes.get(later);
        }
        return positions.floorDivide(behind).remainder(sizes.get(axis));
    }

    private Tensor positions(Context context, long length) {
        Tensor positions = context.positions(length);
        check(
                context.isPositioned()
                        ? positions.flatten(0, -1).amax(0, Tensor.Axis.DROPPED).toLongs()[0] + 1
                        : context.cached() + length);
        return positions;
    }

    /// Operations that find where so many positions stand: a division and a remainder an axis.
    double flops(long length) {
        return 2.0 * sizes.size() * length;
    }

    /// Refuses more tokens than there are places.
    void check(long tokens) {
        if (tokens > places()) {
            throw new IllegalArgumentException(place + ": the text has " + tokens + " tokens, but the grid " + sizes
                    + " has only " + places() + " places; shorten the text or use a larger grid");
        }
    }
}
