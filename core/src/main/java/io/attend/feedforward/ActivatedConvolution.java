package io.attend.feedforward;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// One convolution over a position and its neighbours, and an activation: what DeBERTa v2 sets beside its first block
/// to learn which words stand together.
///
///     y_t = activation(Σ_j W_j x_{t + j − k/2} + b),  j < k        zeros past the ends and in the place of padding
///
/// x [B, T, E] → y [B, T, E]; k·E·E parameters, in G groups a G-th. Time 2·T·k·E·E / G operations; keeps k times x for
/// the backward pass. It looks in both directions. Names: Hugging Face's `conv_kernel_size`, `conv_groups` and
/// `conv_act`; W is [E, k·E / G] with the k neighbours of a number side by side, its `conv.conv.weight` [E, E / G, k].
///
/// @param kernel positions it sees, k, odd
/// @param groups independent parts, G
@Source(paper = "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", arxiv = "2006.03654")
public record ActivatedConvolution(
        int kernel,
        @Default("1") int groups,
        @Default("\"Tanh\"") Activation activation) implements FeedForward {
    public static final ActivatedConvolution EXAMPLE = new ActivatedConvolution(3, 1, new Tanh());
    public static final ActivatedConvolution GROUPED = new ActivatedConvolution(5, 2, new Tanh());

    public ActivatedConvolution {
        if (kernel < 1 || kernel % 2 == 0) {
            throw new IllegalArgumentException("the kernel must be odd and at least 1, not " + kernel);
        }
        if (groups < 1) {
            throw new IllegalArgumentException("a convolution needs at least 1 group, not " + groups);
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        Linear product = new Linear(
                parameters, Linear.Size.from((long) kernel * width).to(width).groups(groups), Bias.ADDED);
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return activation.apply(product.forward(windows(visible(x, context)))); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                double rows = load.rows();
                return Cost.flops(product.flops(rows) + rows * width * activation.flops())
                        .saving(rows * width * (kernel + 1.0));
            }
        };
    }

    /// With zeros in the place of padding.
    private static Tensor visible(Tensor x, Context context) {
        return context.keep()
                .map(keep -> x.maskedFill(keep.unsqueeze(2).logicalNot(), 0))
                .orElse(x);
    }

    /// Every number beside those of its neighbours, [B, T, E] → [B, T, E k].
    private Tensor windows(Tensor x) {
        Tensor zeros = Tensor.zeros(Shape.of(x.size(0), kernel / 2, x.size(2)), x.dtype())
                .to(x.device());
        Tensor padded = Tensor.cat(1, zeros, x, zeros);
        Tensor[] neighbours = new Tensor[kernel];
        for (int j = 0; j < kernel; j++) {
            neighbours[j] = padded.narrow(1, j, x.size(1));
        }
        return Tensor.stack(3, neighbours).flatten(2, 3);
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean local() {
        return false;
    }
}
