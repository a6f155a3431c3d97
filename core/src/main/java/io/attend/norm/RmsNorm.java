package io.attend.norm;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// Root-mean-square normalisation: layer normalisation without the shift, which costs less and does as well.
///
///     y = x / √(mean(x²) + epsilon) · weight
///
/// x [B, T, E] → y [B, T, E]. Time about 4 operations a number; keeps its input and one number a row for the
/// backward pass. Names: our `weight` is the paper's gain g.
@Source(paper = "Root Mean Square Layer Normalization", arxiv = "1910.07467")
public record RmsNorm(@Default("1e-6") double epsilon) implements Norm {
    public static final RmsNorm EXAMPLE = new RmsNorm(1e-6);

    public RmsNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1); the usual value is 1e-6");
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

        Built(RmsNorm value, Parameters parameters, int width) {
            this.epsilon = value.epsilon;
            this.width = width;
            this.weight = parameters.weight("weight", Shape.of(width), Initializer.ONES);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.rmsNorm(weight.tensor(), epsilon); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(4 * load.rows() * width).saving(load.rows() * (width + 1));
        }
    }
}
