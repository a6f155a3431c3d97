package io.attend.convolution;

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
import java.util.Optional;

/// A convolution over time of which one half gates the other.
///
///     [a ; b] = W ∗ x + bias        y = a ⊙ σ(b)
///
/// x [B, T, E] → [B, T, 2 E] → y [B, T, E], weight [2 E, E, k]. Time 4·k·T·E² operations, in parallel over T;
/// a path of n positions takes n / (k − 1) layers, fewer with a dilation. A causal one remembers (k −
/// 1)·dilation inputs of E numbers between steps. Names: ConvS2S's convolution block; with `causal` reach the
/// temporal convolution of language models. The engine multiplies the weight itself, so adapters that wrap
/// products do not reach it.
@Source(paper = "Convolutional Sequence to Sequence Learning", arxiv = "1705.03122")
public record GatedConvolution(
        int kernel,
        @Default("1") int dilation,
        Reach reach,
        @Default("0.0") double dropout) implements Convolution {
    public static final GatedConvolution EXAMPLE = new GatedConvolution(3, 2, Reach.CAUSAL, 0);
    public static final GatedConvolution CENTERED = new GatedConvolution(5, 1, Reach.CENTERED, 0);

    public GatedConvolution {
        Window.of(kernel, dilation, reach);
        Window.checkDropout(dropout);
    }

    @Override
    public int span() {
        return (kernel - 1) * dilation + 1;
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final GatedConvolution value;
        private final Window window;
        private final int width;
        private final Parameter weight;
        private final Parameter bias;

        Built(GatedConvolution value, Parameters parameters, int width) {
            this.value = value;
            this.window = Window.of(value.kernel, value.dilation, value.reach);
            this.width = width;
            double deviation = Math.sqrt(1.0 / (value.kernel * (double) width));
            this.weight = parameters.weight(
                    "weight", Shape.of(2L * width, width, value.kernel), Initializer.normal(deviation));
            this.bias = parameters.weight("bias", Shape.of(2L * width), Initializer.ZEROS);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor around = window.around(context.dropout(x, value.dropout), context); // [B, E, T + margin]
            Tensor both = around.conv1d(weight.tensor(), Optional.of(bias.tensor()), value.dilation, 1)
                    .transpose(1, 2); // [B, T, 2 E]
            return both.narrow(2, 0, width).mul(both.narrow(2, width, width).sigmoid()); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double numbers = load.rows() * width;
            return Cost.flops(4.0 * value.kernel * numbers * width + 5 * numbers)
                    .saving((value.dropout > 0 ? 6 : 5) * numbers)
                    .remembering(window.remembered(load.batch(), width));
        }
    }
}
