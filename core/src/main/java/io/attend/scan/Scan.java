package io.attend.scan;

import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// A recurrence of single numbers, each with a decay of its own, in log₂ T dependent steps instead of T: two
/// neighbours make one step of a sequence of half the length, whose states then fill in those between (Blelloch
/// 1990).
///
///     h_t = a_t h_{t−1} + b_t
///
/// b [..., T, ...] → all h [..., T, ...]; a broadcasts to b, and has all T. About 4 operations a number,
/// memory linear in T. Nothing is ever divided by a decay, so what is forgotten cannot overflow.
public final class Scan {
    private Scan() {}

    /// All states along an axis; h before the first is `start` [..., 1, ...], or 0.
    public static Tensor of(Tensor decays, Tensor added, int axis, Optional<Tensor> start) {
        if (start.isEmpty()) {
            return of(decays, added, axis);
        }
        long length = added.size(axis);
        Tensor first = added.narrow(axis, 0, 1).addcmul(decays.narrow(axis, 0, 1), start.get());
        return length == 1 ? first : of(decays, Tensor.cat(axis, first, added.narrow(axis, 1, length - 1)), axis);
    }

    private static Tensor of(Tensor decays, Tensor added, int axis) {
        long length = added.size(axis);
        if (length == 1) {
            return added;
        }
        long pairs = length / 2;
        List<Tensor> a = pairs(decays, axis, pairs); // of places 0, 2, 4, ... and of 1, 3, 5, ...
        List<Tensor> b = pairs(added, axis, pairs);
        Tensor odd = of(a.get(1).mul(a.get(0)), b.get(1).addcmul(a.get(1), b.get(0)), axis); // h of 1, 3, 5, ...
        Tensor first = b.get(0).narrow(axis, 0, 1);
        Tensor even = pairs == 1
                ? first
                : Tensor.cat(
                        axis,
                        first,
                        b.get(0)
                                .narrow(axis, 1, pairs - 1)
                                .addcmul(a.get(0).narrow(axis, 1, pairs - 1), odd.narrow(axis, 0, pairs - 1)));
        Tensor all = Tensor.stack(axis + 1, even, odd).flatten(axis, axis + 1);
        if (length % 2 == 0) {
            return all;
        }
        Tensor last = added.narrow(axis, length - 1, 1)
                .addcmul(decays.narrow(axis, length - 1, 1), odd.narrow(axis, pairs - 1, 1));
        return Tensor.cat(axis, all, last);
    }

    /// The first and the second of every pair.
    private static List<Tensor> pairs(Tensor x, int axis, long pairs) {
        long[] shape = x.shape().toArray();
        long[] paired = new long[shape.length + 1];
        System.arraycopy(shape, 0, paired, 0, axis);
        paired[axis] = pairs;
        paired[axis + 1] = 2;
        System.arraycopy(shape, axis + 1, paired, axis + 2, shape.length - axis - 1);
        return x.narrow(axis, 0, 2 * pairs).reshape(paired).split(1, axis + 1).stream()
                .map(one -> one.squeeze(axis + 1))
                .toList();
    }
}
