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

/// Batch normalisation: each of the E features is brought to mean 0 and variance 1 over all tokens of the
/// batch.
///
///     training:   y = (x − mean) / √(variance + epsilon) · weight + bias      over the tokens that are not
///     padding
///     inference:  the same with the running mean and variance
///
///     running ← (1 − momentum) · running + momentum · that of the batch
///
/// x [B, T, E] → y [B, T, E]. Time about 8 operations a number; keeps its input and 2 E numbers for the
/// backward pass. Training and inference are two functions: while training, a token's result depends on every
/// other token of the batch, those behind it included; afterwards on none. The running numbers are saved with
/// the weights but follow the data, not a gradient; the batch's variance enters them multiplied by n / (n −
/// 1), as in PyTorch. Names: our `weight` and `bias` are the paper's γ and β, PyTorch's `running_mean` and
/// `running_var` our `mean` and `variance`.
@Source(
        paper = "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
        arxiv = "1502.03167")
public record BatchNorm(
        @Default("1e-5") double epsilon, @Default("0.1") double momentum) implements Norm {
    public static final BatchNorm EXAMPLE = new BatchNorm(1e-5, 0.1);

    public BatchNorm {
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
        private final BatchNorm value;
        private final int width;
        private final Parameter weight;
        private final Parameter bias;
        private final Running mean;
        private final Running variance;

        Built(BatchNorm value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.weight = parameters.weight("weight", Shape.of(width), Initializer.ONES);
            this.bias = parameters.weight("bias", Shape.of(width), Initializer.ZEROS);
            this.mean = new Running(parameters.running("mean", Shape.of(width), Initializer.ZEROS), value.momentum);
            this.variance =
                    new Running(parameters.running("variance", Shape.of(width), Initializer.ONES), value.momentum);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            DType wide = x.dtype().widened();
            Tensor tokens = x.to(wide);
            Tensor center = mean.numbers(wide); // [E]
            Tensor spread = variance.numbers(wide);
            if (context.isTraining()) {
                Kept kept = Kept.of(tokens, context);
                center = kept.mean(tokens);
                spread = kept.mean(tokens.sub(center).square());
                mean.follow(center, context);
                variance.follow(spread.mul(kept.count() / Math.max(1, kept.count() - 1)), context);
            }
            return tokens.sub(center)
                    .mul(spread.add(value.epsilon).rsqrt())
                    .mul(weight.tensor().to(wide))
                    .add(bias.tensor().to(wide))
                    .to(x.dtype()); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(8 * load.rows() * width).saving(2 * load.rows() * width);
        }
    }
}
