package io.attend.score;

import io.attend.layer.Bias;
import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.OptionalDouble;

/// A learned bilinear form of query and key: what a query looks for need not be what a key looks like.
///
///     score(q, k) = q · W k
///
/// Q [B, H, T, D], K [B, K, S, D], W [D, D], which all heads share → [B, H, T, S]. Keys are multiplied by W
/// once, so time is O(S·D²) and O(T·S·D) a head, and the fused kernel takes it. Names: the paper's `general`
/// with W its W_a.
@Source(paper = "Effective Approaches to Attention-based Neural Machine Translation", arxiv = "1508.04025")
public record General() implements Score {
    public static final General EXAMPLE = new General();

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        int size = sizes.size();
        Linear key = new Linear(parameters.in("key"), Linear.Size.from(size).to(size), Bias.NONE);
        return new Built() {
            @Override
            public Tensor keys(Tensor keys) {
                return key.forward(keys); // [B, K, S, D]
            }

            @Override
            public Tensor scores(Tensor queries, Tensor keys) {
                return Products.product(queries, keys); // [B, H, T, S]
            }

            @Override
            public OptionalDouble scale() {
                return OptionalDouble.of(1);
            }

            @Override
            public Work work() {
                return Work.pair(2.0 * size).key(key.flops(1));
            }
        };
    }
}
