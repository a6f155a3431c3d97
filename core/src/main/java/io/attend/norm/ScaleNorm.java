package io.attend.norm;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// Every vector is brought to one learned length.
///
///     y = weight · x / max(‖x‖, epsilon)
///
/// x [B, T, E] → y [B, T, E], weight [1], which starts at √E. Time about 4 operations a number; keeps its
/// input and one number a row for the backward pass. Halves are widened for it. Names: our `weight` is the
/// paper's g.
@Source(paper = "Transformers without Tears: Improving the Normalization of Self-Attention", arxiv = "1910.05895")
public record ScaleNorm(@Default("1e-5") double epsilon) implements Norm {
    public static final ScaleNorm EXAMPLE = new ScaleNorm(1e-5);

    public ScaleNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1); the usual value is 1e-5");
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final double epsilon;
        private final int width;
        private final Parameter weight;

        Built(ScaleNorm value, Parameters parameters, int width) {
            this.epsilon = value.epsilon;
            this.width = width;
            this.weight = parameters.weight("weight", Shape.of(1), Initializer.constant(Math.sqrt(width)));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            DType dtype = x.dtype();
            Tensor wide = x.to(dtype.widened());
            Tensor square = wide.square().sum(-1, Tensor.Axis.KEPT).clampMin(epsilon * epsilon); // [B, T, 1]
            return wide.mul(square.rsqrt())
                    .mul(weight.tensor().to(wide.dtype()))
                    .to(dtype); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(4 * load.rows() * width).saving(load.rows() * (2 * width + 1));
        }
    }
}
