package io.attend.attention;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A text cut into stretches that are as equal as can be: at most m of them, and none empty. Of n positions the
/// r-th belongs to stretch ⌊r · min(m, n) / n⌋.
///
/// @param own [B, 1, T, m] truth values, the stretch each position belongs to; B is 1 where nothing is padding
/// @param count [B, 1, 1, 1] how many positions there are, n
/// @param most m, as it was asked for
record Landmarks(Tensor own, Tensor count, long most) {
    private record Key(String what, long most, long length, boolean padded) {}

    /// @param keep the positions that count [B, T]; all if absent
    static Landmarks of(long most, long length, Optional<Tensor> keep, Context context) {
        Tensor real = keep.map(kept -> kept.to(DType.INT64))
                .orElseGet(() -> context.once(
                        new Key("real", most, length, false), () -> Tensor.ones(Shape.of(1, length), DType.INT64)));
        Tensor count = real.sum(1, Tensor.Axis.KEPT); // [B, 1]
        Tensor own = context.once(new Key("own", most, length, keep.isPresent()), () -> {
            Tensor rank = real.cumsum(1).sub(1); // [B, T]
            Tensor stretch = rank.mul(count.clampMax(most))
                    .to(DType.FLOAT64)
                    .div(count.clampMin(1).to(DType.FLOAT64))
                    .to(DType.INT64); // exact: whole quotients are
            Tensor each = Tensor.arange(0, Math.min(most, length)).to(real.device());
            return stretch.unsqueeze(-1).eq(each).logicalAnd(real.unsqueeze(-1).ne(0)); // [B, T, m]
        });
        return new Landmarks(own.unsqueeze(1), count.reshape(-1, 1, 1, 1), most);
    }

    /// Whether no text has more positions than there are stretches.
    boolean exact() {
        return own.size(2) <= most;
    }

    /// Which texts have a stretch for each position, [B, 1, 1, 1].
    Tensor single() {
        return count.lt(most + 1.0);
    }

    /// What averages each stretch: [B, 1, m, T].
    Tensor means(DType dtype) {
        Tensor members = own.to(dtype).transpose(2, 3);
        return members.div(members.sum(3, Tensor.Axis.KEPT).clampMin(1));
    }

    /// The stretches a text has too few positions for, [B, 1, 1, m].
    Tensor missing() {
        Tensor each = Tensor.arange(0, own.size(3)).to(own.device());
        return count.le(each);
    }

    /// The matrix that changes nothing, [m, m].
    Tensor identity(DType dtype) {
        Tensor each = Tensor.arange(0, own.size(3)).to(own.device());
        return each.unsqueeze(1).eq(each).to(dtype);
    }
}
