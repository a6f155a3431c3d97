package io.attend.convolution;

import io.attend.activation.Activation;
import io.attend.activation.Silu;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.norm.BatchNorm;
import io.attend.norm.LayerNorm;
import io.attend.norm.Norm;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// The Conformer's convolution: a gated product, a kernel over time for each feature, a norm, a product.
///
///     [a ; b] = W₁ x,  u = a ⊙ σ(b)        y = W₂ · activation(norm(K ∗ u))
///
/// x [B, T, E] → y [B, T, E]; K is a kernel [E, 1, k], one for each feature. Time 6·T·E² + 2·k·T·E
/// operations. A causal one remembers k − 1 of the u between steps. Names: our `inner`, `kernel`, `middle`
/// and `outer` are Hugging Face's pointwise_conv1, depthwise_conv, batch_norm and pointwise_conv2; the norm
/// in front of it is the block's.
@Source(paper = "Conformer: Convolution-augmented Transformer for Speech Recognition", arxiv = "2005.08100")
public record ConformerConvolution(
        int kernel,
        Reach reach,
        @Default("\"BatchNorm\"") Norm norm,
        @Default("\"Silu\"") Activation activation,
        @Default("\"none\"") Bias bias,
        @Default("0.0") double dropout)
        implements Convolution {
    public static final ConformerConvolution EXAMPLE =
            new ConformerConvolution(5, Reach.CENTERED, BatchNorm.EXAMPLE, new Silu(), Bias.NONE, 0);
    public static final ConformerConvolution CAUSAL =
            new ConformerConvolution(4, Reach.CAUSAL, LayerNorm.EXAMPLE, new Silu(), Bias.ADDED, 0);

    public ConformerConvolution {
        Window.of(kernel, 1, reach);
        Window.checkDropout(dropout);
    }

    @Override
    public int span() {
        return kernel;
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final ConformerConvolution value;
        private final Window window;
        private final int width;
        private final Linear inner;
        private final Parameter weight;
        private final Optional<Parameter> bias;
        private final Layer norm;
        private final Linear outer;

        Built(ConformerConvolution value, Parameters parameters, int width) {
            this.value = value;
            this.window = Window.of(value.kernel, 1, value.reach);
            this.width = width;
            this.inner =
                    new Linear(parameters.in("inner"), Linear.Size.from(width).to(2L * width), value.bias);
            Parameters kernel = parameters.in("kernel");
            this.weight = kernel.weight(
                    "weight", Shape.of(width, 1, value.kernel), Initializer.normal(Math.sqrt(1.0 / value.kernel)));
            this.bias = value.bias == Bias.ADDED
                    ? Optional.of(kernel.weight("bias", Shape.of(width), Initializer.ZEROS))
                    : Optional.empty();
            this.norm = value.norm.build(parameters.in("middle"), width);
            this.outer =
                    new Linear(parameters.in("outer"), Linear.Size.from(width).to(width), value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor both = inner.forward(x); // [B, T, 2 E]
            Tensor gated =
                    both.narrow(2, 0, width).mul(both.narrow(2, width, width).sigmoid()); // [B, T, E]
            Tensor mixed = window.around(gated, context)
                    .conv1d(weight.tensor(), bias.map(Parameter::tensor), 1, width)
                    .transpose(1, 2); // [B, T, E]
            Tensor active = value.activation.apply(norm.forward(mixed, context));
            return context.dropout(outer.forward(active), value.dropout); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double numbers = load.rows() * width;
            return Cost.flops(inner.flops(load.rows())
                            + outer.flops(load.rows())
                            + numbers * (2.0 * value.kernel + 5 + value.activation.flops()))
                    .saving((value.dropout > 0 ? 9 : 7) * numbers)
                    .plus(norm.cost(load))
                    .remembering(window.remembered(load.batch(), width));
        }
    }
}
