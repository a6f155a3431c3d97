package io.attend.score;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.OptionalDouble;

/// The cosine of the angle between query and key, times a learned number a head: scores stay small however
/// large the vectors of a big model become.
///
///     score(q, k) = exp(min(s, log 100)) · q · k / (‖q‖ ‖k‖)
///
/// Q [B, H, T, D], K [B, K, S, D], s [H], which starts at log 10 → [B, H, T, S]. Time O(T·S·D) a head; vectors
/// are brought to length 1 beforehand, so the fused kernel takes it. Names: our `scale` s is Hugging Face's
/// `logit_scale`, e to its power the inverse of the paper's τ.
@Source(paper = "Swin Transformer V2: Scaling Up Capacity and Resolution", arxiv = "2111.09883")
public record CosineSimilarity() implements Score {
    public static final CosineSimilarity EXAMPLE = new CosineSimilarity();

    private static final double MOST = Math.log(100);

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        float[] start = new float[sizes.heads()];
        Arrays.fill(start, (float) Math.log(10));
        Parameter scale = parameters.weight("scale", Shape.of(sizes.heads()), Initializer.fixed(start));
        return new Built() {
            @Override
            public Tensor queries(Tensor queries) {
                Tensor factor = scale.tensor().neg().clampMin(-MOST).neg().exp().reshape(-1, 1, 1); // [H, 1, 1]
                return unit(queries).mul(factor); // [B, H, T, D]
            }

            @Override
            public Tensor keys(Tensor keys) {
                return unit(keys); // [B, K, S, D]
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
                int size = sizes.size();
                return Work.pair(2.0 * size).query(4.0 * size).key(3.0 * size);
            }
        };
    }

    /// At length 1. Squares of halves would overflow, so they are widened.
    private static Tensor unit(Tensor x) {
        Tensor wide = x.dtype().bytes() == 2 ? x.to(DType.FLOAT32) : x;
        Tensor length = wide.square().sum(-1, Tensor.Axis.KEPT).clampMin(1e-24).sqrt();
        return wide.div(length).to(x.dtype());
    }
}
