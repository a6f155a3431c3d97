package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.OptionalDouble;

/// The dot product of query and key, divided by the square root of their size so that its variance does not grow
/// with it.
///
///     score(q, k) = q · k / √D
///
/// Q [B, H, T, D], K [B, H, S, D] → [B, H, T, S]. Time O(T·S·D) a head, as one matrix product.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record ScaledDotProduct() implements Score {
    public static final ScaledDotProduct EXAMPLE = new ScaledDotProduct();

    @Override
    public Built build(Parameters parameters, int size) {
        double scale = 1 / Math.sqrt(size);
        return new Built() {
            @Override
            public Tensor scores(Tensor queries, Tensor keys) {
                return queries.mul(scale).matmul(keys.transpose(2, 3)); // [B, H, T, S]
            }

            @Override
            public OptionalDouble scale() {
                return OptionalDouble.of(scale);
            }

            @Override
            public double flops() {
                return 2.0 * size;
            }
        };
    }
}
