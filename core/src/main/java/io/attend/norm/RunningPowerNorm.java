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

/// Power normalisation with running statistics also while training, so that a token's result does not depend on
/// the rest of its batch, and with the paper's estimate in place of the gradient that this would need.
///
///     x̂ = x / √(ψ² + epsilon)        y = x̂ · weight + bias
///
///     back, g = ∂L/∂x̂ = weight · ∂L/∂y:    ∂L/∂x = (g − ν x̂) / √(ψ² + epsilon)
///
///     ψ² ← (1 − m) ψ² + m · mean(x²)        ν ← ν (1 − m · mean(x̂²)) + m · mean(g x̂)        m = momentum
///
/// x [B, T, E] → y [B, T, E]; means over the tokens that are not padding. ψ² is the running one; for the
/// first `warmup` backward passes the batch's own, and the running one the plain mean of all so far. Time about
/// 5 operations a number; keeps its input twice. The statistics move in the backward pass, so a pass computed
/// again
/// gives the same. Names:
/// the paper's PN; our `square` is its ψ², `slope` its ν, our momentum its 1 − α. [PowerNorm] is its PN-V; at
/// inference both are the same function.
@Source(paper = "PowerNorm: Rethinking Batch Normalization in Transformers", arxiv = "2003.07845")
public record RunningPowerNorm(
        @Default("1e-5") double epsilon,
        @Default("0.1") double momentum,
        @Default("4000") int warmup) implements Norm {
    public static final RunningPowerNorm EXAMPLE = new RunningPowerNorm(1e-5, 0.1, 4000);

    public RunningPowerNorm {
        new PowerNorm(epsilon, momentum); // has the same bounds
        if (warmup < 0) {
            throw new IllegalArgumentException("warmup must be at least 0 backward passes, not " + warmup);
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final RunningPowerNorm value;
        private final int width;
        private final Parameter weight;
        private final Parameter bias;
        private final Parameter square;
        private final Parameter slope;
        private final Parameter passes;

        Built(RunningPowerNorm value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.weight = parameters.weight("weight", Shape.of(width), Initializer.ONES);
            this.bias = parameters.weight("bias", Shape.of(width), Initializer.ZEROS);
            this.square = parameters.running("square", Shape.of(width), Initializer.ONES);
            this.slope = parameters.running("slope", Shape.of(width), Initializer.ZEROS);
            this.passes = parameters.running("passes", Shape.of(1), Initializer.ZEROS);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            DType wide = x.dtype().widened();
            Tensor tokens = x.to(wide);
            return (context.isTraining()
                            ? learning(tokens, context)
                            : tokens.mul(factor(square.tensor().to(wide))))
                    .mul(weight.tensor().to(wide))
                    .add(bias.tensor().to(wide))
                    .to(x.dtype()); // [B, T, E]
        }

        private Tensor factor(Tensor power) {
            return power.add(value.epsilon).rsqrt();
        }

        private Tensor learning(Tensor tokens, Context context) {
            Kept kept = Kept.of(tokens, context);
            kept.share().ifPresent(context::lasting);
            Tensor power = context.lasting(kept.mean(tokens.detach().square())); // [E]
            boolean warming = passes.tensor().item() < value.warmup;
            Tensor normed = tokens.mul(factor(warming ? power : square.tensor().to(tokens.dtype())));
            return context.hooked(normed, (gradient, known) -> {
                Tensor present = slope.tensor().to(known.dtype()); // ν
                Tensor estimate = gradient.sub(known.mul(present));
                follow(power, kept.mean(estimate.mul(known)));
                return estimate;
            });
        }

        /// @param change mean(g x̂) − ν mean(x̂²), since that is mean((g − ν x̂) x̂)
        private void follow(Tensor power, Tensor change) {
            double pass = passes.tensor().add_(1).item();
            double share = pass <= value.warmup ? 1 / pass : value.momentum;
            Tensor present = square.tensor();
            present.mul_(1 - share).add_(power.to(present.dtype()).mul(share));
            slope.tensor().add_(change.to(slope.tensor().dtype()).mul(value.momentum));
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(5 * load.rows() * width).saving(2 * load.rows() * width);
        }
    }
}
