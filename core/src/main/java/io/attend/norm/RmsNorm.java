package io.attend.norm;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Root-mean-square normalisation: layer normalisation without the shift, which costs less and does as well.
///
///     y = x / √(mean(x²) + epsilon) · weight            or · (1 + weight), if the gain is `one-plus-weight`
///
/// x [B, T, E] → y [B, T, E]. Time about 4 operations a number; keeps its input and one number a row for the
/// backward pass. Weights start such that the gain is 1. Names: our `weight` is the paper's gain g; T5 calls
/// this its LayerNorm; Gemma's is the one with the gain 1 + weight, which halves are widened for, as Gemma's
/// own code does.
@Source(paper = "Root Mean Square Layer Normalization", arxiv = "1910.07467")
public record RmsNorm(
        @Default("1e-6") double epsilon,
        @Default("\"weight\"") Gain gain) implements Norm {
    public static final RmsNorm EXAMPLE = new RmsNorm(1e-6);
    public static final RmsNorm GEMMA = new RmsNorm(1e-6, Gain.ONE_PLUS_WEIGHT);

    /// What the normalised vector is multiplied by.
    public enum Gain {
        WEIGHT,
        /// Weights near zero mean a gain near 1, so that weight decay pulls the gain to 1 rather than to 0.
        ONE_PLUS_WEIGHT
    }

    public RmsNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1); the usual value is 1e-6");
        }
    }

    public RmsNorm(double epsilon) {
        this(epsilon, Gain.WEIGHT);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final RmsNorm value;
        private final int width;
        private final Parameter weight;

        Built(RmsNorm value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.weight = parameters.weight(
                    "weight", Shape.of(width), value.gain == Gain.WEIGHT ? Initializer.ONES : Initializer.ZEROS);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            if (value.gain == Gain.WEIGHT) {
                return x.rmsNorm(weight.tensor(), value.epsilon); // [B, T, E]
            }
            Tensor gain = weight.tensor().to(x.dtype().widened()).add(1);
            return x.to(gain.dtype()).rmsNorm(gain, value.epsilon).to(x.dtype()); // [B, T, E]
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            float[] gain = plan.vector(weight);
            for (int i = 0; i < width && value.gain == Gain.ONE_PLUS_WEIGHT; i++) {
                gain[i] += 1;
            }
            return Optional.of((x, y) -> {
                float factor = (float) (1 / Math.sqrt(x.squares(0) / width + value.epsilon));
                float[] from = x.values();
                float[] to = y.values();
                for (int i = 0; i < to.length; i++) {
                    to[i] = from[i] * factor * gain[i];
                }
                y.changed();
            });
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(4 * load.rows() * width).saving(load.rows() * (width + 1));
        }
    }
}
