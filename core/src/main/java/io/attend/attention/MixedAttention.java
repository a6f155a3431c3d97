package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// ConvBERT's attention: half of what is gathered comes from few heads of softmax attention, half from
/// convolutions whose kernel each position makes from itself and its neighbours.
///
///     C = softmax(W_f (Q ⊙ (P (depthwise(x)) + b)))        kernels, one a head and position
///     Z_t = Σ_j C_t,j (x W_z)_{t + j − k/2}                Y = [softmax(Q Kᵀ / √D) V ; Z] Wₒ
///
/// x [B, T, E]; Q, K, V, Z [B, T, H·D] with D = E / 2H, C [B, T, H, k] → Y [B, T, E]. Time O(T²·H·D) for the
/// softmax part with half the numbers that E-wide attention has, O(T·E·k) for the convolutions. It looks in
/// both directions. Names: our `span` parts are Hugging Face's `key_conv_attn_layer` (`depthwise`,
/// `pointwise`), `conv_kernel_layer` (`kernel`) and `conv_out_layer` (`value`); H is its heads over its
/// `head_ratio`.
///
/// @param heads H and D, E / 2H if absent; keys are not shared
/// @param kernel positions a convolution sees, k, odd
/// @param padding whether convolutions see what is padding
/// @param dropout of the weights of softmax
@Source(paper = "ConvBERT: Improving BERT with Span-based Dynamic Convolution", arxiv = "2008.02496")
public record MixedAttention(
        Heads heads,
        int kernel,
        @Default("\"hidden\"") Padding padding,
        @Default("0.0") double dropout) implements Attention {
    public static final MixedAttention EXAMPLE = new MixedAttention(Heads.of(5), 3, Padding.HIDDEN, 0);
    public static final MixedAttention WIDE = new MixedAttention(Heads.of(2).size(3), 5, Padding.HIDDEN, 0);

    /// What convolutions see where a text is padded.
    public enum Padding {
        /// Zeros, as behind the end of a text without padding.
        HIDDEN,
        /// The vectors that stand there, as in Hugging Face's: a text's result then depends on its padding.
        SEEN
    }

    public MixedAttention {
        if (kernel < 1 || kernel % 2 == 0) {
            throw new IllegalArgumentException("kernel must be odd, so that it has a middle, not " + kernel);
        }
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("mixed attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.inexact();
    }

    @Override
    public Attention typical(int count, long length) {
        return new MixedAttention(Heads.of(Math.max(1, count / 2)), 9, padding, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final MixedAttention value;
        private final int width;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final Parameter depthwise;
        private final Linear pointwise;
        private final Linear kernel;
        private final Linear spanValue;
        private final Score.Built score;
        private final RelativePosition.Built position;

        Built(MixedAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int heads = value.heads.count();
            if (value.heads.size().equals(OptionalInt.empty()) && width % (2 * heads) != 0) {
                throw parameters.refuse(heads + " heads cannot divide half of width " + width
                        + " evenly; change one of them, or give the heads a size of their own");
            }
            this.size = value.heads.size().orElse(width / (2 * heads));
            long inner = (long) heads * size;
            Linear.Size in = Linear.Size.from(width).to(inner);
            Parameters span = parameters.in("span");
            this.query = new Linear(parameters.in("query"), in, Bias.ADDED);
            this.key = new Linear(parameters.in("key"), in, Bias.ADDED);
            this.values = new Linear(parameters.in("value"), in, Bias.ADDED);
            this.depthwise = span.weight(
                    "depthwise", Shape.of(width, value.kernel), Initializer.normal(1 / Math.sqrt(value.kernel)));
            this.pointwise = new Linear(span.in("pointwise"), in, Bias.ADDED);
            this.kernel =
                    new Linear(span.in("kernel"), Linear.Size.from(inner).to((long) heads * value.kernel), Bias.ADDED);
            this.spanValue = new Linear(span.in("value"), in, Bias.ADDED);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(2 * inner).to(width), Bias.ADDED);
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, size));
            this.position = new NoPosition().build(parameters, new HeadShape(heads, heads, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = query.forward(x); // [B, T, H D]
            Tensor attended = AttentionKernel.attend(
                            split(queries).transpose(1, 2),
                            split(key.forward(x)).transpose(1, 2),
                            split(values.forward(x)).transpose(1, 2),
                            context.visible(new Bidirectional(), x.size(1), x.size(1)),
                            Optional.empty(),
                            score,
                            position,
                            value.dropout,
                            context)
                    .transpose(1, 2)
                    .flatten(2, 3); // [B, T, H D]
            Tensor convolved = convolved(x, queries, context).flatten(2, 3); // [B, T, H D]
            return output.forward(Tensor.cat(2, attended, convolved)); // [B, T, E]
        }

        private Tensor convolved(Tensor x, Tensor queries, Context context) {
            List<Tensor> neighbours = windows(visible(x, context)); // k of [B, T, E]
            Tensor span = neighbours.getFirst().mul(depthwise.tensor().select(1, 0));
            for (int j = 1; j < value.kernel; j++) {
                span = span.add(neighbours.get(j).mul(depthwise.tensor().select(1, j))); // [B, T, E]
            }
            Tensor kernels = kernel.forward(pointwise.forward(span).mul(queries)) // [B, T, H k]
                    .reshape(x.size(0), x.size(1), -1, value.kernel)
                    .softmax(3); // [B, T, H, k]
            List<Tensor> vectors = windows(visible(spanValue.forward(x), context)); // k of [B, T, H D]
            Tensor sum = split(vectors.getFirst()).mul(kernels.narrow(3, 0, 1));
            for (int j = 1; j < value.kernel; j++) {
                sum = sum.add(split(vectors.get(j)).mul(kernels.narrow(3, j, 1)));
            }
            return sum; // [B, T, H, D]
        }

        /// With zeros in the place of padding.
        private Tensor visible(Tensor x, Context context) {
            return value.padding == Padding.SEEN
                    ? x
                    : context.keep()
                            .map(keep -> x.maskedFill(keep.unsqueeze(2).logicalNot(), 0))
                            .orElse(x);
        }

        /// What stands k / 2 before each position, ..., k / 2 behind it, zeros past the ends.
        private List<Tensor> windows(Tensor x) {
            Tensor zeros = Tensor.zeros(Shape.of(x.size(0), value.kernel / 2, x.size(2)), x.dtype())
                    .to(x.device());
            Tensor padded = Tensor.cat(1, zeros, x, zeros);
            List<Tensor> windows = new ArrayList<>();
            for (int j = 0; j < value.kernel; j++) {
                windows.add(padded.narrow(1, j, x.size(1)));
            }
            return windows;
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size); // [B, T, H D] → [B, T, H, D]
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double inner = (double) value.heads.count() * size;
            double pairs = rows * value.heads.count() * load.length();
            double convolutions = 2 * rows * value.kernel * (width + inner)
                    + rows * (inner + 5.0 * value.heads.count() * value.kernel);
            return Cost.flops(3 * query.flops(rows)
                            + pointwise.flops(rows)
                            + kernel.flops(rows)
                            + spanValue.flops(rows)
                            + output.flops(rows)
                            + pairs * (4.0 * size + 5)
                            + convolutions)
                    .saving(rows * (3.0 * width + 9 * inner + 2.0 * value.heads.count() * value.kernel));
        }
    }
}
