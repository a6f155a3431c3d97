package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.OptionalDouble;

/// How well a query matches a key.
public sealed interface Score permits ScaledDotProduct {
    /// @param size numbers a head, D
    Built build(Parameters parameters, int size);

    /// A score at work.
    interface Built {
        /// Queries [B, H, T, D] and keys [B, H, S, D] → scores [B, H, T, S].
        Tensor scores(Tensor queries, Tensor keys);

        /// The number that makes `scale · Q Kᵀ` equal this score, if there is one: then the fused kernel is exact.
        OptionalDouble scale();

        /// Operations a pair of query and key, a head.
        double flops();
    }
}
