package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Initializer;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Permutation;
import io.attend.layer.Place;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.Mask.Reach;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.position.TransformerXlPosition;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// XLNet's attention: tokens see each other in an order of their own, and vectors that ask for some of them see
/// the tokens, but not the one they ask for.
///
///     score(t, s) = (q_t·k_s + (q_t + w)·e[t and s in one text ? 0 : 1]) / √D + position(t, s)
///     content: Y_t = Σ_s A(t, s) v_s        over s seen by t, and t itself
///     query:   Y_p = Σ_t M(p, t) Σ_s A'(t, s) v_s        A' of q'_t = Σ_p M(p, t) q_p, over s seen by t
///
/// x [B, T + P, E]: T tokens, and P queries behind them if a `TwoStreamEmbedding` was asked for M [B, P, T];
/// keys and values are those of tokens. → [B, T + P, E]. Without queries and order it is attention with
/// Transformer-XL's positions and relative texts. Time O(T²·H·D) for the tokens and as much again if anything
/// is asked; memory quadratic in T; remembers 2·H·D numbers a token where it looks only back. Names: with
/// `TransformerXlPosition` its `content` is Hugging Face's `r_w_bias`, `distance` its `r_r_bias`, `projection`
/// its `r`; our `segment.query` w is its `r_s_bias`, `segment.weight` e its `seg_embed`.
///
/// @param heads H and D; keys are not shared
/// @param mask what tokens see beside the order of a pass
/// @param dropout of the weights
@Source(paper = "XLNet: Generalized Autoregressive Pretraining for Language Understanding", arxiv = "1906.08237")
public record TwoStreamAttention(
        Heads heads,
        @Default("\"Bidirectional\"") Mask mask,
        RelativePosition position,
        @Default("0.0") double dropout) implements Attention {
    public static final TwoStreamAttention EXAMPLE =
            new TwoStreamAttention(Heads.of(2), new Bidirectional(), TransformerXlPosition.CLAMPED, 0);
    public static final TwoStreamAttention CAUSAL =
            new TwoStreamAttention(Heads.of(3).size(4), new Causal(), TransformerXlPosition.EXAMPLE, 0);

    /// What stands in the place of hidden scores of queries. Not infinity: a query that sees no token at all
    /// sees all alike, as in the code XLNet comes from; the gradient of its scores, which moves nothing, is as
    /// there too.
    private static final double HIDDEN = -1e30;

    public TwoStreamAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("two-stream attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public boolean takes(Lanes lanes) {
        return lanes == Lanes.ONE || lanes == Lanes.QUERIES;
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE);
    }

    @Override
    public Attention typical(int count, long length) {
        return new TwoStreamAttention(Heads.of(count), mask, position, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final TwoStreamAttention value;
        private final int width;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final RelativePosition.Built position;
        private final Parameter segmentQuery;
        private final Parameter segments;
        private final Score.Built score;

        Built(TwoStreamAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int heads = value.heads.count();
            this.size = value.heads.sizeIn(width, parameters);
            Linear.Size inner = Linear.Size.from(width).to((long) heads * size);
            this.query = new Linear(parameters.in("query"), inner, Bias.NONE);
            this.key = new Linear(parameters.in("key"), inner, Bias.NONE);
            this.values = new Linear(parameters.in("value"), inner, Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) heads * size).to(width),
                    Bias.NONE);
            this.position = value.position.build(parameters.in("position"), new HeadShape(heads, heads, size));
            Parameters texts = parameters.in("segment");
            this.segmentQuery = texts.weight("query", Shape.of(heads, size), Initializer.normal(0.02));
            this.segments = texts.weight("weight", Shape.of(2, heads, size), Initializer.normal(0.02));
            this.score = new ScaledDotProduct().build(parameters.in("score"), new Score.Sizes(heads, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Optional<Tensor> targets = context.permutation().flatMap(Permutation::targets);
            long asked = targets.map(rows -> rows.size(1)).orElse(0L);
            long length = x.size(1) - asked;
            Tensor tokens = asked == 0 ? x : x.narrow(1, 0, length); // [B, T, E]
            Tensor keys = position.keys(split(key.forward(tokens)), context); // [B, H, T, D]
            Tensor vectors = position.values(split(values.forward(tokens)), context);
            Optional<KeyValueState> state = context.keyValues();
            if (state.isPresent()) {
                state.get().append(keys, vectors);
                keys = state.get().keys(); // [B, H, S, D]
                vectors = state.get().values();
            }
            Context.Visible visible = context.visible(value.mask, length, keys.size(2));
            Optional<Tensor> seen = seen(visible, length, keys.size(2), context);
            Tensor all = split(query.forward(x)); // [B, H, T + P, D]
            Tensor y = attend(
                    all.narrow(2, 0, length),
                    keys,
                    vectors,
                    seen.map(pairs -> itself(pairs, length)).orElse(visible),
                    Optional.empty(),
                    context); // [B, H, T, D]
            if (asked > 0) {
                Tensor places = targets.get().unsqueeze(1).to(x.dtype()); // [B, 1, P, T]
                Tensor queries = places.transpose(2, 3).matmul(all.narrow(2, length, asked)); // [B, H, T, D]
                Context.Visible everything = new Context.Visible(Reach.ALL, Optional.empty());
                Tensor found = attend(queries, keys, vectors, everything, seen, context.at(below(context.place())));
                y = Tensor.cat(2, y, places.matmul(found)); // [B, H, T + P, D]
            }
            return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, T + P, E]
        }

        private static Place below(Place place) {
            return new Place(place + ".query", place.depth());
        }

        /// What mask, padding and order leave, truth values that broadcast to [B, 1, T, S]; absent if that is
        /// all.
        private Optional<Tensor> seen(Context.Visible visible, long length, long keys, Context context) {
            Optional<Tensor> left = visible.reach() == Reach.TRIANGLE
                    ? Optional.of(Tensor.arange(0, keys)
                            .unsqueeze(0)
                            .le(Tensor.arange(0, length).unsqueeze(1)))
                    : visible.allowed();
            Optional<Tensor> ordered = context.permutation()
                    .flatMap(Permutation::hidden)
                    .map(hidden -> hidden.logicalNot().unsqueeze(1)); // [B, 1, T, T]
            return ordered.isEmpty()
                    ? left
                    : left.isEmpty() ? ordered : Optional.of(left.get().logicalAnd(ordered.get()));
        }

        /// A token sees itself, whatever else it does not see: padding too, as in the code XLNet comes from.
        private static Context.Visible itself(Tensor seen, long length) {
            long keys = seen.size(-1);
            Tensor own = Tensor.arange(0, keys)
                    .unsqueeze(0)
                    .sub(Tensor.arange(keys - length, keys).unsqueeze(1))
                    .eq(0); // [T, S]
            return new Context.Visible(Reach.SOME, Optional.of(seen.logicalOr(own)));
        }

        private Tensor attend(
                Tensor queries,
                Tensor keys,
                Tensor vectors,
                Context.Visible visible,
                Optional<Tensor> seen,
                Context context) {
            Tensor turned = position.queries(queries, context);
            Optional<Tensor> places = position.bias(turned, keys, context); // [B, H, T, S]
            Optional<Tensor> texts = texts(queries, keys.size(2), context);
            Optional<Tensor> added = places.isPresent() && texts.isPresent()
                    ? Optional.of(places.get().add(texts.get()))
                    : places.or(() -> texts);
            if (seen.isPresent()) {
                Tensor hidden = seen.get().logicalNot();
                Tensor bias = added.orElseGet(() -> Tensor.zeros(Shape.of(1, 1, 1, 1), queries.dtype()));
                added = Optional.of(bias.expand(queries.size(0), queries.size(1), queries.size(2), keys.size(2))
                        .maskedFill(hidden, HIDDEN));
            }
            return AttentionKernel.attend(
                    score.queries(turned),
                    score.keys(keys),
                    vectors,
                    visible,
                    added,
                    score,
                    position,
                    value.dropout,
                    context);
        }

        /// What it adds whether a key is of the query's text, [B, H, T, S]; nothing where all are.
        private Optional<Tensor> texts(Tensor queries, long keys, Context context) {
            return context.segments().map(all -> {
                long length = queries.size(2);
                Tensor same = all.narrow(1, keys - length, length)
                        .unsqueeze(2)
                        .eq(all.unsqueeze(1))
                        .unsqueeze(1); // [B, 1, T, S]
                Tensor both = queries.add(segmentQuery.tensor().unsqueeze(1))
                        .matmul(segments.tensor().permute(1, 2, 0))
                        .mul(1 / Math.sqrt(size)); // [B, H, T, 2]
                return both.narrow(3, 0, 1).where(same, both.narrow(3, 1, 1));
            });
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        @Override
        public Cost cost(Load load) {
            double numbers = (double) value.heads.count() * size;
            double pairs = load.rows() * value.heads.count() * load.keys();
            return Cost.flops(4 * query.flops(load.rows()) + pairs * (4.0 * size + 5))
                    .plus(position.cost(load))
                    .saving(load.rows() * (width + 4 * numbers) + pairs)
                    .remembering(2 * numbers * load.batch() * load.keys());
        }
    }
}
