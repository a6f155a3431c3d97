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

/// Power normalisation: each of the E features is divided by its quadratic mean over the batch, without a
/// shift.
///
///     training:   y = x / √(ψ² + epsilon) · weight + bias       ψ² = mean of x² over all tokens but padding
///     inference:  the same with the running ψ²
///
///     running ψ² ← (1 − momentum) · running ψ² + momentum · ψ² of the batch
///
/// x [B, T, E] → y [B, T, E]. Time about 5 operations a number; keeps its input twice and E numbers for the
/// backward pass. This is the paper's PN-V with its exact gradient; its PN is [RunningPowerNorm],
/// whose updates are the paper's algorithm 2, as that page tells. While training, a token's result depends on
/// every other token of the batch. Names: our `weight` and `bias` are the paper's γ and β,
/// our `square` its ψ², our momentum its 1 − α.
@Source(paper = "PowerNorm: Rethinking Batch Normalization in Transformers", arxiv = "2003.07845")
public record PowerNorm(
        @Default("1e-5") double epsilon, @Default("0.1") double momentum) implements Norm {
    public static final PowerNorm EXAMPLE = new PowerNorm(1e-5, 0.1);

    public PowerNorm {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1); the usual value is 1e-5");
        }
        if (!(momentum > 0 && momentum <= 1)) {
            throw new IllegalArgumentException("momentum " + momentum + " is outside (0, 1]; the usual value is 0.1");
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final PowerNorm value;
        private final int width;
        private final Parameter weight;
        private final Parameter bias;
        private final Running square;

        Built(PowerNorm value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.weight = parameters.weight("weight", Shape.of(width), Initializer.ONES);
            this.bias = parameters.weight("bias", Shape.of(width), Initializer.ZEROS);
            this.square = new Running(parameters.running("square", Shape.of(width), Initializer.ONES), value.momentum);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            DType wide = x.dtype().widened();
            Tensor tokens = x.to(wide);
            Tensor power = square.numbers(wide); // [E]
            if (context.isTraining()) {
                power = Kept.of(tokens, context).mean(tokens.square());
                square.follow(power, context);
            }
            return tokens.mul(power.add(value.epsilon).rsqrt())
                    .mul(weight.tensor().to(wide))
                    .add(bias.tensor().to(wide))
                    .to(x.dtype()); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(5 * load.rows() * width).saving(2 * load.rows() * width);
        }
    }
}
