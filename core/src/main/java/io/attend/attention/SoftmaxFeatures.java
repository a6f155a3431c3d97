package io.attend.attention;

import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The Performer's features (FAVOR+): positive random numbers whose products are those of softmax attention on
/// average, and the closer the more there are.
///
///     φ(x) = exp(W x′ − |x′|² / 2)        x′ = x / D^¼        E[φ(q) · φ(k)] / R = exp(q · k / √D)
///
/// [B, H, T, D] → [B, H, T, R], W [R, D] of orthogonal directions that all heads share, drawn with the model
/// and saved with it. Time 2·R·D operations a query or key. The error of attention falls as 1 / √R. A query's
/// features are divided by its largest, and all keys' by one number where W is so long that they might
/// overflow, neither of which a weight sees. W is drawn once: the paper's redrawing during training is not
/// here.
///
/// @param count features, R; the paper takes D·ln D
@Source(paper = "Rethinking Attention with Performers", arxiv = "2009.14794")
public record SoftmaxFeatures(int count) implements FeatureMap {
    public static final SoftmaxFeatures EXAMPLE = new SoftmaxFeatures(7);

    /// The largest exponent a key's feature may have, far from what float32 holds for sums over long texts.
    private static final double MOST = 50;

    public SoftmaxFeatures {
        OrthogonalFeatures.checked(count);
    }

    @Override
    public FeatureMap.Built build(Parameters parameters, int size) {
        return new Built(count, size, OrthogonalFeatures.of(parameters, count, size));
    }

    private record Built(int features, int size, Parameter weight) implements FeatureMap.Built {
        private Tensor directions(Tensor x) {
            return weight.tensor().to(x.dtype()).mul(Math.pow(size, -0.25)); // [R, D]
        }

        @Override
        public Tensor queries(Tensor q) {
            Tensor along = q.matmul(directions(q).transpose(0, 1)); // [B, H, T, R]
            return along.sub(along.detach().amax(3, Tensor.Axis.KEPT)).exp();
        }

        /// W k′ − |k′|² / 2 = |W|² / 2 − |W − k′|² / 2 is never above |W|² / 2.
        @Override
        public Tensor keys(Tensor k) {
            Tensor along = k.matmul(directions(k).transpose(0, 1));
            Tensor half = k.square().sum(3, Tensor.Axis.KEPT).mul(0.5 / Math.sqrt(size)); // [B, H, T, 1]
            Tensor lengths = weight.tensor().to(k.dtype()).square().sum(1, Tensor.Axis.DROPPED); // [R]
            Tensor excess =
                    lengths.amax(0, Tensor.Axis.DROPPED).mul(0.5).sub(MOST).clampMin(0);
            return along.sub(half).sub(excess).exp();
        }

        @Override
        public double flops() {
            return features * (2.0 * size + 3);
        }

        @Override
        public double saved() {
            return 2.0 * features;
        }
    }
}
