package io.attend.tensor;

import java.util.Arrays;

/// The sizes of a tensor's axes, outermost first; `[]` is a single number.
///
/// Letters in comments follow one legend: B batch, T queries, S keys, H heads, K key-value heads, D head size,
/// E width, F hidden, V vocabulary, X experts.
public final class Shape {
    private final long[] sizes;

    private Shape(long[] sizes) {
        this.sizes = sizes;
    }

    /// @throws IllegalArgumentException if a size is negative or the count of elements passes 2^63 - 1
    public static Shape of(long... sizes) {
        long count = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(sizes) + " has a negative size");
            }
            try {
                count = Math.multiplyExact(count, size);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape " + Arrays.toString(sizes) + " has too many elements", e);
            }
        }
        return new Shape(sizes.clone());
    }

    /// How many axes.
    public int rank() {
        return sizes.length;
    }

    /// The size of an axis; negative axes count from the end.
    public long size(int axis) {
        int index = axis < 0 ? axis + sizes.length : axis;
        if (index < 0 || index >= sizes.length) {
            throw new IllegalArgumentException("shape " + this + " has no axis " + axis);
        }
        return sizes[index];
    }

    /// The count of elements.
    public long count() {
        long count = 1;
        for (long size : sizes) {
            count *= size;
        }
        return count;
    }

    public long[] toArray() {
        return sizes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /// `[2, 3, 5]`
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
