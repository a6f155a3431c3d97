package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.mask.Mask.Reach;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// ProphetNet's attention: a main stream of tokens looks back, and behind it n streams predict 1, 2, ..., n
/// words ahead from what the main stream has of their past.
///
///     main:        softmax_s(q_t·k_s / √D + r(x_t, t − s)) v_s          over s ≤ t
///     i-th stream: the same with r(x_t, t + 1 − s)                      over s ≤ t + 1 − i and s = 0, and
///     with r(x_t, 0)
///                                                                       over its own t
///     r(x, d) = (R x + b)[bucket(d), head]
///     bucket(d) = d  if d < N/2,  else  min(N − 1, ⌊N/2 + N/2 · ln(2d/N) / ln(2·furthest/N)⌋)
///
/// x [B, (1 + n)·T, E], streams one behind another as an `NgramEmbedding` lays them out, or [B, T, E] where
/// there is only the main one → the same shape. R has N·H·E parameters. Time O(T·S·H·D) for the main stream and
/// O(n·T·(S + T)·H·D) for the others, by the fused kernel; the biases of all pairs are memory quadratic in T;
/// remembers 2·H·D numbers a token, the main stream's. Names: R is Hugging Face's `relative_pos_embeddings`, N
/// its `num_buckets`, `furthest` its `relative_max_distance`.
///
/// @param heads H and D; keys are not shared
/// @param buckets of distances, N
/// @param furthest distance from which all are in the last bucket
/// @param order in which streams take their r
/// @param dropout of the weights
@Source(paper = "ProphetNet: Predicting Future N-gram for Sequence-to-Sequence Pre-training", arxiv = "2001.04063")
public record NgramAttention(
        Heads heads,
        int buckets,
        int furthest,
        @Default("\"own\"") Order order,
        @Default("0.0") double dropout) implements Attention {
    public static final NgramAttention EXAMPLE = new NgramAttention(Heads.of(2), 4, 5, Order.OWN, 0);
    public static final NgramAttention SHUFFLED = new NgramAttention(Heads.of(3).size(7), 7, 11, Order.SHUFFLED, 0);

    /// Whose r a predicting stream takes.
    public enum Order {
        /// Its own, head by head and position by position, as the paper has it and released weights were
        /// trained.
        OWN,
        /// In passes over whole texts what lies at its place when r [T, n, H, N] is read as [n, H, T, N], as
        /// Hugging Face's class has had it since 2022: another stream's, head's and position's, later ones
        /// among them. For its numbers only. Steps of a generation, and the main stream, take their own.
        SHUFFLED
    }

    public NgramAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("n-gram attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (buckets < 2) {
            throw new IllegalArgumentException("buckets must be at least 2, not " + buckets);
        }
        if (furthest <= buckets / 2) {
            throw new IllegalArgumentException(buckets + " buckets tell distances up to " + buckets / 2
                    + " apart one by one; furthest must be more, not " + furthest);
        }
        if (furthest > 1 << 24) {
            throw new IllegalArgumentException("furthest must be at most " + (1 << 24) + ", not " + furthest);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// The bucket of a distance behind a query; what is ahead is in the first.
    public int bucket(int distance) {
        int exact = buckets / 2;
        if (distance < exact) {
            return Math.max(distance, 0);
        }
        // in float32, and cut off only after the sum, as models were trained: at the edge of a bucket a last bit
        // decides
        float along = (float) Math.log(distance / (float) exact) / (float) Math.log(furthest / (double) exact);
        return (int) Math.min(buckets - 1, exact + along * (buckets - exact));
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public boolean takes(Lanes lanes) {
        return lanes == Lanes.ONE || lanes == Lanes.NGRAMS;
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE);
    }

    @Override
    public Attention typical(int count, long length) {
        return new NgramAttention(Heads.of(count), 32, 128, order, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final NgramAttention value;
        private final int width;
        private final int heads;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final Linear relative;
        private final Score.Built score;
        private final RelativePosition.Built position;

        Built(NgramAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.heads = value.heads.count();
            this.size = value.heads.sizeIn(width, parameters);
            Linear.Size inner = Linear.Size.from(width).to((long) heads * size);
            this.query = new Linear(parameters.in("query"), inner, Bias.ADDED);
            this.key = new Linear(parameters.in("key"), inner, Bias.ADDED);
            this.values = new Linear(parameters.in("value"), inner, Bias.ADDED);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) heads * size).to(width),
                    Bias.ADDED);
            this.relative = new Linear(
                    parameters.in("relative"), Linear.Size.from(width).to((long) value.buckets * heads), Bias.ADDED);
            this.score = new ScaledDotProduct().build(parameters.in("score"), new Score.Sizes(heads, size));
            this.position = new NoPosition().build(parameters.in("position"), new HeadShape(heads, heads, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = context.mainStream(x.size(1));
            Tensor queries = split(query.forward(x)); // [B, H, R, D]
            Tensor keys = split(key.forward(x));
            Tensor vectors = split(values.forward(x));
            Tensor numbers = relative.forward(x)
                    .reshape(x.size(0), x.size(1), value.buckets, heads)
                    .permute(0, 3, 1, 2); // [B, H, R, N]
            Tensor mainKeys = keys.narrow(2, 0, length); // [B, H, T, D]
            Tensor mainVectors = vectors.narrow(2, 0, length);
            Optional<KeyValueState> state = context.keyValues();
            if (state.isPresent()) {
                state.get().append(mainKeys, mainVectors);
                mainKeys = state.get().keys(); // [B, H, S, D]
                mainVectors = state.get().values();
            }
            Sizes sizes = new Sizes(x.size(0), length, mainKeys.size(2), x.size(1) / length - 1);
            Tensor rows = context.once(
                    new Rows(value, sizes, 0),
                    () -> buckets(length, sizes.keys, 0, context).unsqueeze(1)); // [(B), 1, T, S]
            Tensor y = attend(
                    queries.narrow(2, 0, length),
                    mainKeys,
                    mainVectors,
                    context.visible(new Causal(), length, sizes.keys),
                    added(numbers.narrow(2, 0, length), rows),
                    context); // [B, H, T, D]
            if (sizes.streams > 0) {
                Tensor ahead = ahead(
                        apart(queries, sizes),
                        behind(mainKeys, keys, sizes),
                        behind(mainVectors, vectors, sizes),
                        value.order == Order.SHUFFLED && state.isEmpty()
                                ? shuffled(numbers, sizes)
                                : apart(numbers, sizes),
                        sizes,
                        context);
                y = Tensor.cat(2, y, together(ahead, sizes)); // [B, H, R, D]
            }
            return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, R, E]
        }

        /// The predicting streams, each as a row of the batch of its own: queries [B n, H, T, D], keys and
        /// vectors of the main stream and then their own [B n, H, S + T, D] → [B n, H, T, D].
        private Tensor ahead(
                Tensor queries, Tensor keys, Tensor vectors, Tensor numbers, Sizes sizes, Context context) {
            Tensor rows = context.once(new Rows(value, sizes, 1), () -> {
                Tensor past = buckets(sizes.length, sizes.keys, 1, context); // [(B), T, S]
                Tensor own = Tensor.zeros(Shape.of(past.size(0), sizes.length, sizes.length), past.dtype());
                return everyStream(Tensor.cat(2, past, own.to(past.device())).unsqueeze(1), sizes);
            });
            Tensor allowed = context.once(new Allowed(sizes), () -> everyStream(allowed(sizes, context), sizes));
            Context.Visible visible = new Context.Visible(Reach.SOME, Optional.of(allowed));
            Place here = new Place(context.place() + ".ahead", context.place().depth());
            return attend(queries, keys, vectors, visible, added(numbers, rows), context.at(here));
        }

        /// What streams see, [(B), n, T, S + T]: the main stream up to as many tokens back as they predict more
        /// ahead, its first token always, and each position itself.
        private static Tensor allowed(Sizes sizes, Context context) {
            Tensor to = keyPositions(sizes.keys, context).unsqueeze(1); // [(B), 1, S]
            Tensor apart = distances(sizes.length, sizes.keys, context); // [(B), T, S]
            Tensor[] streams = new Tensor[Math.toIntExact(sizes.streams)];
            for (int i = 0; i < streams.length; i++) {
                Tensor seen = apart.ge(i).logicalOr(to.eq(0));
                streams[i] = context.keep()
                        .map(keep -> seen.logicalAnd(keep.unsqueeze(1)))
                        .orElse(seen);
            }
            Tensor past = Tensor.stack(1, streams); // [(B), n, T, S]
            Tensor places = Tensor.arange(0, sizes.length);
            Tensor own = places.unsqueeze(0).eq(places.unsqueeze(1)); // [T, T]
            return Tensor.cat(3, past, own.expand(past.size(0), sizes.streams, sizes.length, sizes.length));
        }

        /// [(B), (n), T, S] → [B n, 1, T, S]
        private static Tensor everyStream(Tensor pairs, Sizes sizes) {
            return pairs.expand(sizes.batch, sizes.streams, pairs.size(2), pairs.size(3))
                    .reshape(sizes.batch * sizes.streams, 1, pairs.size(2), pairs.size(3));
        }

        private Tensor attend(
                Tensor queries, Tensor keys, Tensor vectors, Context.Visible visible, Tensor added, Context context) {
            return AttentionKernel.attend(
                    queries, keys, vectors, visible, Optional.of(added), score, position, value.dropout, context);
        }

        /// The number of each pair's bucket: of [B, H, T, N] by rows [(B), 1, T, S] → [B, H, T, S].
        private static Tensor added(Tensor numbers, Tensor rows) {
            return numbers.gather(3, rows.expand(numbers.size(0), numbers.size(1), rows.size(2), rows.size(3)));
        }

        /// The bucket of each pair, `further` more apart than they stand, [(B), T, S].
        private Tensor buckets(long length, long keys, int further, Context context) {
            long[] all = new long[value.furthest + 1];
            for (int distance = 0; distance < all.length; distance++) {
                all[distance] = value.bucket(distance);
            }
            Tensor apart = distances(length, keys, context).add(further).clamp(0, value.furthest);
            return Tensor.of(all, all.length)
                    .to(apart.device())
                    .indexSelect(0, apart.flatten(0, 2))
                    .reshape(apart.shape().toArray());
        }

        /// How far each key stands behind each query, [(B), T, S].
        private static Tensor distances(long length, long keys, Context context) {
            Tensor from = context.positions(length);
            Tensor rows = from.rank() == 1 ? from.unsqueeze(0) : from; // [(B), T]
            return rows.unsqueeze(2).sub(keyPositions(keys, context).unsqueeze(1));
        }

        private static Tensor keyPositions(long keys, Context context) {
            Tensor to = context.keyPositions(keys);
            return to.rank() == 1 ? to.unsqueeze(0) : to; // [(B), S]
        }

        /// The predicting streams of [B, H, (1 + n) T, D] as rows of a batch, [B n, H, T, D].
        private static Tensor apart(Tensor x, Sizes sizes) {
            return x.narrow(2, sizes.length, sizes.streams * sizes.length)
                    .reshape(sizes.batch, x.size(1), sizes.streams, sizes.length, x.size(3))
                    .transpose(1, 2)
                    .flatten(0, 1);
        }

        private static Tensor shuffled(Tensor numbers, Sizes sizes) {
            return apart(numbers, sizes)
                    .reshape(sizes.batch, sizes.streams, numbers.size(1), sizes.length, numbers.size(3))
                    .permute(0, 3, 1, 2, 4) // [B, T, n, H, N]
                    .reshape(sizes.batch * sizes.streams, numbers.size(1), sizes.length, numbers.size(3));
        }

        /// [B n, H, T, D] → [B, H, n T, D]
        private static Tensor together(Tensor y, Sizes sizes) {
            return y.reshape(sizes.batch, sizes.streams, y.size(1), sizes.length, y.size(3))
                    .transpose(1, 2)
                    .flatten(2, 3);
        }

        /// What the main stream has, for each stream, and behind it what is the stream's own: [B n, H, S + T,
        /// D].
        private static Tensor behind(Tensor main, Tensor all, Sizes sizes) {
            return Tensor.cat(2, main.repeatInterleave(sizes.streams, 0), apart(all, sizes));
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, R, H D] → [B, H, R, D]
        }

        @Override
        public Cost cost(Load load) {
            double numbers = (double) heads * size;
            double main = (double) load.batch() * load.length() * heads * load.keys();
            double ahead =
                    (load.streams() - 1.0) * load.batch() * load.length() * heads * (load.keys() + load.length());
            return Cost.flops(4 * query.flops(load.rows())
                            + relative.flops(load.rows())
                            + (main + ahead) * (4.0 * size + 6))
                    .saving(load.rows() * (width + 5 * numbers + (double) value.buckets * heads) + main + ahead)
                    .remembering(2 * numbers * load.batch() * load.keys());
        }

        /// @param keys of the main stream, those remembered included
        /// @param streams that predict
        private record Sizes(long batch, long length, long keys, long streams) {}

        private record Rows(NgramAttention value, Sizes sizes, int further) {}

        private record Allowed(Sizes sizes) {}
    }
}
