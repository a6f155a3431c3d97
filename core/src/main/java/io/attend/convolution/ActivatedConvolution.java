package io.attend.convolution;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
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

/// A convolution over time and an activation: what DeBERTa v2 sets beside its first block to learn which
/// words stand together.
///
///     y = activation(W ∗ x + bias)
///
/// x [B, T, E] → y [B, T, E], weight [E, E / G, k] in G groups. Time 2·k·T·E² / G operations, in parallel
/// over T. A causal one remembers k − 1 inputs of E numbers between steps. Names: Hugging Face's
/// `conv_kernel_size`, `conv_groups` and `conv_act`. The engine multiplies the weight itself, so adapters
/// that wrap products do not reach it.
///
/// @param groups independent parts, G, which divides E
@Source(paper = "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", arxiv = "2006.03654")
public record ActivatedConvolution(
        int kernel,
        @Default("1") int groups,
        @Default("\"Tanh\"") Activation activation,
        @Default("\"centered\"") Reach reach)
        implements Convolution {
    public static final ActivatedConvolution EXAMPLE = new ActivatedConvolution(3, 1, new Tanh(), Reach.CENTERED);
    public static final ActivatedConvolution GROUPED = new ActivatedConvolution(5, 2, new Tanh(), Reach.CAUSAL);

    public ActivatedConvolution {
        Window.of(kernel, 1, reach);
        if (groups < 1) {
            throw new IllegalArgumentException("a convolution needs at least 1 group, not " + groups);
        }
    }

    @Override
    public int span() {
        return kernel;
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        if (width % groups != 0) {
            throw parameters.refuse(groups + " groups cannot divide width " + width + " evenly; change one of them");
        }
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final ActivatedConvolution value;
        private final Window window;
        private final int width;
        private final Parameter weight;
        private final Parameter bias;

        Built(ActivatedConvolution value, Parameters parameters, int width) {
            this.value = value;
            this.window = Window.of(value.kernel, 1, value.reach);
            this.width = width;
            int part = width / value.groups;
            this.weight = parameters.weight(
                    "weight",
                    Shape.of(width, part, value.kernel),
                    Initializer.normal(Math.sqrt(1.0 / (value.kernel * (double) part))));
            this.bias = parameters.weight("bias", Shape.of(width), Initializer.ZEROS);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor around = window.around(x, context); // [B, E, T + margin]
            Tensor y = around.conv1d(weight.tensor(), Optional.of(bias.tensor()), 1, value.groups);
            return value.activation.apply(y.transpose(1, 2)); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double numbers = load.rows() * width;
            return Cost.flops(2.0 * value.kernel * numbers * width / value.groups + numbers * value.activation.flops())
                    .saving(3 * numbers)
                    .remembering(window.remembered(load.batch(), width));
        }
    }
}
