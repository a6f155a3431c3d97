package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Positions of a pass by what is real.
final class Kept {
    private Kept() {}

    /// [B, T] truth values of the positions of x, false at padding; absent where there is none.
    static Optional<Tensor> of(Tensor x, Context context) {
        return context.keep().map(keep -> keep.narrow(1, keep.size(1) - x.size(1), x.size(1)));
    }

    /// x [B, T, E] at one position of each row: the last of those where `wanted` [B, T] is true, the first of
    /// all where none is. → [B, E]
    static Tensor last(Tensor x, Tensor wanted) {
        Tensor ranks =
                wanted.to(DType.INT64).mul(Tensor.arange(1, x.size(1) + 1).to(x.device())); // [B, T]
        return at(x, ranks.argmax(1));
    }

    /// The same at the first of those.
    static Tensor first(Tensor x, Tensor wanted) {
        Tensor ranks = wanted.to(DType.INT64)
                .mul(Tensor.arange(1, x.size(1) + 1).to(x.device()).flip(0)); // [B, T]
        return at(x, ranks.argmax(1));
    }

    private static Tensor at(Tensor x, Tensor positions) {
        Tensor index = positions.reshape(-1, 1, 1).expand(x.size(0), 1, x.size(2));
        return x.gather(1, index).squeeze(1); // [B, E]
    }
}
