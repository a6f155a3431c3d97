package io.attend.attention;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The exponential below 0 and a line above: as many features as numbers.
///
///     φ(x) = elu(x) + 1 = eˣ  where x ≤ 0,  x + 1  above
///
/// [B, H, T, D] → [B, H, T, D].
@Source(paper = "Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention", arxiv = "2006.16236")
public record EluFeatures() implements FeatureMap {
    public static final EluFeatures EXAMPLE = new EluFeatures();

    @Override
    public FeatureMap.Built build(Parameters parameters, int size) {
        return new Built(size);
    }

    private record Built(int features) implements FeatureMap.Built {
        @Override
        public Tensor queries(Tensor q) {
            return q.clampMax(0).exp().add(q.relu()); // eˣ + 0 or 1 + x
        }

        @Override
        public Tensor keys(Tensor k) {
            return queries(k);
        }

        @Override
        public double flops() {
            return 4.0 * features;
        }

        @Override
        public double saved() {
            return 3.0 * features;
        }
    }
}
