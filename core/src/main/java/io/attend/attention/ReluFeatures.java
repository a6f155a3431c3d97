package io.attend.attention;

import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The Performer's other features, which stand for no softmax and often learn better: rectified random
/// projections.
///
///     φ(x) = max(W x, 0) / √R + 10⁻³
///
/// [B, H, T, D] → [B, H, T, R], W [R, D] of orthogonal directions that all heads share, drawn with the model
/// and saved with it. Time 2·R·D operations a query or key. The number added keeps every weight above 0.
///
/// @param count features, R
@Source(paper = "Rethinking Attention with Performers", arxiv = "2009.14794")
public record ReluFeatures(int count) implements FeatureMap {
    public static final ReluFeatures EXAMPLE = new ReluFeatures(11);

    public ReluFeatures {
        OrthogonalFeatures.checked(count);
    }

    @Override
    public FeatureMap.Built build(Parameters parameters, int size) {
        return new Built(count, size, OrthogonalFeatures.of(parameters, count, size));
    }

    private record Built(int features, int size, Parameter weight) implements FeatureMap.Built {
        @Override
        public Tensor queries(Tensor q) {
            Tensor directions = weight.tensor().to(q.dtype()).div(Math.sqrt(features)); // [R, D]
            return q.matmul(directions.transpose(0, 1)).relu().add(1e-3); // [B, H, T, R]
        }

        @Override
        public Tensor keys(Tensor k) {
            return queries(k);
        }

        @Override
        public double flops() {
            return features * (2.0 * size + 2);
        }

        @Override
        public double saved() {
            return 2.0 * features;
        }
    }
}
