package io.attend.attention;

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
import io.attend.mask.Mask;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Softmax attention on few mixtures of keys and values instead of on all: the length is projected, by weights
/// that belong to places.
///
///     K′ = P K,  V′ = F V        Y = softmax(Q K′ᵀ / √D) V′,  concatenated over heads, times Wₒ
///
/// x [B, T, E]; Q, K, V [B, H, T, D], P and F [k, T], the first T columns of [k, N]; K′ and V′ [B, H, k, D] → Y
/// [B, H, T, D], for texts of at most N tokens. Time 8·T·k·H·D operations. What stands at padding adds nothing.
/// Every position sees every other, so it cannot generate; the paper has no causal form. Names: our `maximum` N
/// is the paper's n, `length` and `values` its E and F.
///
/// @param heads H and D; no keys are shared
/// @param rank mixtures, k
/// @param sharing who uses one projection
/// @param bias which projections of queries, keys, values and output add a vector
@Source(paper = "Linformer: Self-Attention with Linear Complexity", arxiv = "2006.04768")
public record Linformer(
        Heads heads,
        int maximum,
        int rank,
        @Default("\"key-values\"") Sharing sharing,
        @Default("\"added\"") ProjectionBias bias,
        @Default("0.0") double dropout)
        implements Attention {
    public static final Linformer EXAMPLE = of(Heads.of(2), 11, 3);
    public static final Linformer TWO_PROJECTIONS = EXAMPLE.sharing(Sharing.HEADS);
    public static final Linformer ONE_PROJECTION = EXAMPLE.sharing(Sharing.LAYERS);

    /// Who uses one projection.
    public enum Sharing {
        /// All heads of a layer: one for keys and one for values.
        HEADS,
        /// Those, and keys and values: one in every layer.
        KEY_VALUES,
        /// All layers of a stack: one in all.
        LAYERS
    }

    public Linformer {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("a Linformer has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (maximum < 1) {
            throw new IllegalArgumentException("maximum must be at least 1, not " + maximum);
        }
        if (rank < 1 || rank > maximum) {
            throw new IllegalArgumentException("rank must be from 1 to the maximum " + maximum + ", not " + rank);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// One projection in every layer.
    public static Linformer of(Heads heads, int maximum, int rank) {
        return new Linformer(heads, maximum, rank, Sharing.KEY_VALUES, ProjectionBias.ADDED, 0);
    }

    public Linformer sharing(Sharing how) {
        return new Linformer(heads, maximum, rank, how, bias, dropout);
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new Linformer(Heads.of(count), Math.toIntExact(length), 128, sharing, bias, dropout);
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    /// What layers with one projection have in common.
    private record Key(int maximum, int rank) {}

    private static final class Built implements Layer {
        private final Linformer value;
        private final String place;
        private final int width;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final Parameter ofKeys;
        private final Parameter ofValues;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(Linformer value, Parameters parameters, int width) {
            this.value = value;
            this.place = parameters.path();
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            int heads = value.heads.count();
            long inner = (long) heads * size;
            Linear.Size in = Linear.Size.from(width).to(inner);
            this.query = new Linear(parameters.in("query"), in, value.bias.query);
            this.key = new Linear(parameters.in("key"), in, value.bias.key);
            this.values = new Linear(parameters.in("value"), in, value.bias.value);
            this.output =
                    new Linear(parameters.in("output"), Linear.Size.from(inner).to(width), value.bias.output);
            this.ofKeys = value.sharing == Sharing.LAYERS
                    ? parameters.shared("length", new Key(value.maximum, value.rank), Parameter.class, this::projection)
                    : projection(parameters.in("key").in("length"));
            this.ofValues = value.sharing == Sharing.HEADS
                    ? projection(parameters.in("value").in("length"))
                    : ofKeys;
            this.position = new NoPosition().build(parameters, new RelativePosition.HeadShape(heads, heads, size));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, size));
        }

        private Parameter projection(Parameters parameters) {
            return parameters.weight(
                    "weight", Shape.of(value.rank, value.maximum), Initializer.normal(1 / Math.sqrt(value.maximum)));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            check(length);
            Tensor q = split(query.forward(x)); // [B, H, T, D]
            Tensor k = mixed(ofKeys, key.forward(x), context); // [B, H, k, D]
            Tensor v = mixed(ofValues, values.forward(x), context);
            Tensor y = AttentionKernel.attend(
                    q,
                    k,
                    v,
                    new Context.Visible(Mask.Reach.ALL, Optional.empty()),
                    Optional.empty(),
                    score,
                    position,
                    value.dropout,
                    context);
            return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, T, E]
        }

        /// [B, T, H D] → [B, H, k, D], by where each position stands.
        private Tensor mixed(Parameter weight, Tensor x, Context context) {
            long length = x.size(1);
            Tensor seen = context.real(length)
                    .map(real -> x.maskedFill(real.logicalNot().unsqueeze(2), 0))
                    .orElse(x);
            Tensor shares = context.isPositioned()
                    ? weight.tensor()
                            .transpose(0, 1)
                            .embedding(context.positions(length).clampMin(0))
                            .transpose(1, 2) // [B, k, T]
                    : weight.tensor().narrow(1, 0, length); // [k, T]
            return split(shares.matmul(seen));
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        private void check(long tokens) {
            if (tokens > value.maximum) {
                throw new IllegalArgumentException(place + ": the text has " + tokens
                        + " tokens, but the model has learned to mix only " + value.maximum
                        + " places; shorten the text or train a model with a larger maximum");
            }
        }

        @Override
        public Cost cost(Load load) {
            check(load.length());
            double rows = load.rows();
            double numbers = (double) value.heads.count() * size;
            double pairs = rows * value.heads.count() * value.rank;
            return Cost.flops(query.flops(rows)
                            + key.flops(rows)
                            + values.flops(rows)
                            + output.flops(rows)
                            + 4 * rows * value.rank * numbers
                            + pairs * (4.0 * size + 5))
                    .saving(rows * (width + 4 * numbers)
                            + 2 * load.batch() * value.rank * numbers
                            + (value.dropout > 0 ? 3 * pairs : 0));
        }
    }
}
