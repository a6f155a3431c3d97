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
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.Norm;
import io.attend.norm.RmsNorm;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// The difference of two softmax attentions, in which what both attend to by habit cancels.
///
///     Y = (softmax(Q₁ K₁ᵀ / √D) − λ softmax(Q₂ K₂ᵀ / √D)) V        out = W_o (1 − λ₀) norm(Y)
///     λ = exp(a₁ · b₁) − exp(a₂ · b₂) + λ₀                         the norm over each head
///
/// x [B, T, E]; Q₁, Q₂, K₁, K₂ [B, H, T, D], V and Y [B, H, T, 2 D] → [B, T, E]. Computed by the fused kernel
/// as 4 H heads of D numbers: time 16·T·S·H·D operations, a third more than both maps would need, memory linear
/// in T; remembers 4·H·D numbers a token, as ordinary attention with 2 H heads does. Names: λ₀ is `initial`,
/// the paper's 0.8 − 0.6·e^{−0.3·(l − 1)} in layer l, and `lambda` [4, D] has its rows λ_q1, λ_k1, λ_q2 and
/// λ_k2.
///
/// @param heads H and D, which is width / (2 H) if absent; no keys are shared
/// @param initial λ₀
/// @param norm of each head's Y, with weights that all heads share
@Source(paper = "Differential Transformer", arxiv = "2410.05258")
public record DifferentialAttention(
        Heads heads,
        @Default("\"Bidirectional\"") Mask mask,
        @Default("\"NoPosition\"") RelativePosition position,
        @Default("0.8") double initial,
        @Default("\"RmsNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Attention {
    public static final DifferentialAttention EXAMPLE = of(Heads.of(2).size(3));
    public static final DifferentialAttention CAUSAL = of(Heads.of(1)).masked(new Causal());

    public DifferentialAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("differential attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(initial >= 0 && initial < 1)) {
            throw new IllegalArgumentException("initial " + initial + " is outside [0, 1); the usual one is 0.8");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// Bidirectional attention without positions or dropout.
    public static DifferentialAttention of(Heads heads) {
        return new DifferentialAttention(heads, new Bidirectional(), new NoPosition(), 0.8, new RmsNorm(1e-5), 0);
    }

    public DifferentialAttention masked(Mask by) {
        return new DifferentialAttention(heads, by, position, initial, norm, dropout);
    }

    public DifferentialAttention position(RelativePosition how) {
        return new DifferentialAttention(heads, mask, how, initial, norm, dropout);
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.inexact();
    }

    @Override
    public Attention typical(int count, long length) {
        return new DifferentialAttention(Heads.of(count), mask, position, initial, norm, dropout);
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final DifferentialAttention value;
        private final int width;
        private final int count;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final Parameter lambda;
        private final Layer norm;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(DifferentialAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.count = value.heads.count();
            Heads halves = value.heads.size().isPresent()
                    ? Heads.of(2 * count).size(value.heads.size().getAsInt())
                    : Heads.of(2 * count);
            this.size = halves.sizeIn(width, parameters);
            Linear.Size inner = Linear.Size.from(width).to(2L * count * size);
            this.query = new Linear(parameters.in("query"), inner, Bias.NONE);
            this.key = new Linear(parameters.in("key"), inner, Bias.NONE);
            this.values = new Linear(parameters.in("value"), inner, Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(2L * count * size).to(width), Bias.NONE);
            this.lambda = parameters.weight(
                    "lambda", Shape.of(4, size), Initializer.normal(0.1).meant());
            this.norm = value.norm.build(parameters.in("output").in("norm"), 2 * size);
            this.position = value.position.build(
                    parameters.in("position"), new RelativePosition.HeadShape(2 * count, 2 * count, size));
            if (position.gathers()) {
                throw parameters.refuse("the difference of two attentions gathers nothing beside its values; a "
                        + value.position.getClass().getSimpleName() + " position would; take Rotary or NoPosition");
            }
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(4 * count, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            Tensor q = position.queries(split(query.forward(x)), context); // [B, 2 H, T, D]: Q₁ of all heads, then Q₂
            Tensor k = position.keys(split(key.forward(x)), context);
            Tensor v = position.values(split(values.forward(x)), context); // a half of all heads' V, then the other
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent()) {
                state.get().append(k, v);
                k = state.get().keys(); // [B, 2 H, S, D]
                v = state.get().values();
            }
            Optional<Tensor> bias = position.bias(q, k, context).map(one -> everyHalf(one, count));
            Tensor y = AttentionKernel.attend(
                    everyHalf(q, count), // Q₁, Q₁, Q₂, Q₂
                    everyHalf(k, count),
                    Tensor.cat(1, v, v), // both halves, twice
                    context.visible(value.mask, length, k.size(2)),
                    bias,
                    score,
                    position,
                    value.dropout,
                    context); // [B, 4 H, T, D]
            Tensor both = y.reshape(y.size(0), 2, 2, count, length, size); // [B, map, half, H, T, D]
            Tensor less = both.select(1, 0).sub(both.select(1, 1).mul(share(y))); // [B, half, H, T, D]
            Tensor heads = less.permute(0, 3, 2, 1, 4).reshape(y.size(0), length * count, 2L * size);
            Tensor normed = norm.forward(heads, context).mul(1 - value.initial);
            return output.forward(normed.reshape(y.size(0), length, -1)); // [B, T, E]
        }

        /// λ.
        private Tensor share(Tensor like) {
            Tensor rows = lambda.tensor().to(like.dtype().widened()); // [4, D]
            Tensor first = rows.select(0, 0).mul(rows.select(0, 1)).sum().exp();
            Tensor second = rows.select(0, 2).mul(rows.select(0, 3)).sum().exp();
            return first.sub(second).add(value.initial).to(like.dtype());
        }

        /// [B, 2 H, ...] → [B, 4 H, ...], the first H twice and then the others twice; one for all stays.
        private static Tensor everyHalf(Tensor x, int count) {
            if (x.size(1) == 1) {
                return x;
            }
            Tensor first = x.narrow(1, 0, count);
            Tensor second = x.narrow(1, count, count);
            return Tensor.cat(1, first, first, second, second);
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, 2 H D] → [B, 2 H, T, D]
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double numbers = 2.0 * count * size; // a position
            double pairs = rows * 4 * count * load.keys();
            boolean kept = value.dropout > 0 && pairs <= AttentionKernel.MOST_SCORES;
            return Cost.flops(query.flops(rows)
                            + key.flops(rows)
                            + values.flops(rows)
                            + output.flops(rows)
                            + pairs * (4.0 * size + 5)
                            + 5 * rows * numbers)
                    .plus(position.cost(load))
                    .plus(norm.cost(load.length(load.length() * count)))
                    .saving(rows * (width + 10 * numbers + 4 * count) + (kept ? 3 * pairs : 0))
                    .remembering(2 * numbers * load.batch() * load.keys());
        }
    }
}
