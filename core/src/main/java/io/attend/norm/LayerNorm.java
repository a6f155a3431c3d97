package io.attend.norm;

import io.attend.layer.Bias;
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
import java.util.Arrays;
import java.util.Optional;

/// Layer normalisation: each vector is shifted to mean 0 and scaled to variance 1, then stretched by learned
/// numbers.
///
///     y = (x − mean(x)) / √(var(x) + epsilon) · weight + bias
///
/// x [B, T, E] → y [B, T, E]. Time about 8 operations a number; keeps its input and two numbers a row for the
/// backward pass. Names: our `weight` and `bias` are the paper's gain g and bias b; without either it is
/// PyTorch's `elementwise_affine=False`.
@Source(paper = "Layer Normalization", arxiv = "1607.06450")
public record LayerNorm(
        @Default("1e-5") double epsilon,
        @Default("\"added\"") Bias bias,
        @Default("\"weight\"") Gain gain) implements Norm {
    public static final LayerNorm EXAMPLE = new LayerNorm(1e-5, Bias.ADDED);
    public static final LayerNorm WITHOUT_BIAS = new LayerNorm(1e-6, Bias.NONE);

    public static final LayerNorm PLAIN = new LayerNorm(1e-5, Bias.NONE, Gain.NONE);

    /// What the normalised vector is multiplied by.
    public enum Gain {
        WEIGHT,
        NONE
    }

    public LayerNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1); the usual value is 1e-5");
        }
    }

    /// With weights.
    public LayerNorm(double epsilon, Bias bias) {
        this(epsilon, bias, Gain.WEIGHT);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final double epsilon;
        private final int width;
        private final Optional<Parameter> weight;
        private final Optional<Parameter> bias;

        Built(LayerNorm value, Parameters parameters, int width) {
            this.epsilon = value.epsilon;
            this.width = width;
            this.weight = value.gain == Gain.WEIGHT
                    ? Optional.of(parameters.weight("weight", Shape.of(width), Initializer.ONES))
                    : Optional.empty();
            this.bias = value.bias == Bias.ADDED
                    ? Optional.of(parameters.weight("bias", Shape.of(width), Initializer.ZEROS))
                    : Optional.empty();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.layerNorm(weight.map(Parameter::tensor), bias.map(Parameter::tensor), epsilon); // [B, T, E]
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            float[] gain = weight.map(plan::vector).orElseGet(() -> filled(1));
            float[] shift = bias.map(plan::vector).orElseGet(() -> filled(0));
            return Optional.of((x, y) -> {
                float mean = x.sum() / width;
                float factor = (float) (1 / Math.sqrt(x.squares(mean) / width + epsilon));
                float[] from = x.values();
                float[] to = y.values();
                for (int i = 0; i < to.length; i++) {
                    to[i] = (from[i] - mean) * factor * gain[i] + shift[i];
                }
                y.changed();
            });
        }

        private float[] filled(float number) {
            float[] numbers = new float[width];
            Arrays.fill(numbers, number);
            return numbers;
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(8 * load.rows() * width).saving(load.rows() * (width + 2));
        }
    }
}
