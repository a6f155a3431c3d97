package io.attend.scan;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Every position's predecessor: a convolution whose kernel is (1, 0).
///
///     y_t = x_{t−1}        y_0 = what came last before, or 0
public final class TokenShift {
    private TokenShift() {}

    /// [B, T, E] → [B, T, E], behind `before` [B, 1, E].
    public static Tensor of(Tensor x, Optional<Tensor> before) {
        Tensor first = before.orElseGet(
                () -> Tensor.zeros(Shape.of(x.size(0), 1, x.size(2)), x.dtype()).to(x.device()));
        return Tensor.cat(1, first, x.narrow(1, 0, x.size(1) - 1));
    }
}
