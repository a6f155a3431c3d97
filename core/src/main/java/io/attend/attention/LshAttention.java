package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.state.KeyValueState;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/// Attention among positions that a random hash sends near each other, several hashes at once.
///
///     h(q) = argmax [q R ; −q R]        positions sorted by bucket, cut into chunks, each chunk and some
///     around it
///     o_r = softmax(q · normed(q) / √D) V over those        y = Σ_r softmax_r(logsumexp of the scores) o_r Wₒ
///
/// x [B, T, E] → y [B, T, E]. Queries and keys are one projection, keys of length 1; a position sees itself
/// only where it sees no other. Time O(n·T·c·(1 + before + after)·H·D) for n hashes and chunks of c, and
/// O(n·T·log T) to sort: linear in T but for that. A text of at most c positions is not hashed: exact
/// attention. Causal attention hides what is ahead, though which chunk a position falls into depends on all.
/// Steps of a generation hash the whole text again and remember 2·H·D numbers a token. Names: our `chunk` is
/// Hugging Face's `lsh_attn_chunk_length`, `hashes` its `num_hashes`; a bucket of several `buckets` factors is
/// one of their product.
///
/// @param buckets how many buckets there are, as factors, even each; if none, as many as fit the length
/// @param most above so many buckets, where these fit the length, they are of two factors
/// @param multiple texts are padded to a multiple of it, the chunk's size if absent
/// @param seed of the rotations R [H, D, n, buckets / 2], which are the same in every pass
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record LshAttention(
        Heads heads,
        int chunk,
        @Default("1") int before,
        @Default("0") int after,
        @Default("1") int hashes,
        @Default("[]") List<Integer> buckets,
        @Default("128") int most,
        @Default("false") boolean causal,
        OptionalInt multiple,
        @Default("\"cut\"") ChunkEdges edges,
        @Default("0") long seed,
        @Default("0.0") double dropout)
        implements Attention {
    public static final LshAttention EXAMPLE = of(Heads.of(2), 2).hashes(3, List.of(4));
    public static final LshAttention FACTORED = of(Heads.of(2).size(3), 3).hashes(2, List.of(2, 4));
    public static final LshAttention CAUSAL = of(Heads.of(2), 61).following();

    /// How many buckets of one factor there are at most where nothing else is said.
    public static final int MOST = 128;

    /// Numbers that keep the length of a vector of zeros from being 0.
    private static final double EPSILON = 1e-6;

    public LshAttention {
        buckets = List.copyOf(buckets);
        ChunkPairs.check(chunk, before, after);
        if (hashes < 1 || hashes > 1024) {
            throw new IllegalArgumentException("hashes must be from 1 to 1024, not " + hashes);
        }
        for (int factor : buckets) {
            if (factor < 2 || factor % 2 != 0) {
                throw new IllegalArgumentException(
                        "buckets must be even, since a rotation and its opposite make two, not " + factor);
            }
        }
        if (multiple.isPresent() && (multiple.getAsInt() < 1 || multiple.getAsInt() % chunk != 0)) {
            throw new IllegalArgumentException("texts must be padded to a multiple of their chunks of " + chunk
                    + ", not to " + multiple.getAsInt());
        }
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("LSH attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// One hash, one chunk before each, both directions.
    public static LshAttention of(Heads heads, int chunk) {
        return new LshAttention(
                heads, chunk, 1, 0, 1, List.of(), MOST, false, OptionalInt.empty(), ChunkEdges.CUT, 0, 0);
    }

    public LshAttention hashes(int count, List<Integer> factors) {
        return new LshAttention(
                heads, chunk, before, after, count, factors, most, causal, multiple, edges, seed, dropout);
    }

    /// The same that sees nothing ahead.
    public LshAttention following() {
        return new LshAttention(
                heads, chunk, before, after, hashes, buckets, most, true, multiple, edges, seed, dropout);
    }

    /// The factors of the buckets of a text of so many positions.
    List<Integer> factors(long length) {
        if (!buckets.isEmpty()) {
            return buckets;
        }
        int power = 63 - Long.numberOfLeadingZeros(Math.max(2, 2 * (length / chunk)));
        return 1L << power <= most
                ? List.of(1 << power)
                : List.of(1 << Math.max(1, power / 2), 1 << (power - power / 2));
    }

    /// R of so many numbers each, normal, [H, D, n, numbers].
    double[] rotations(int size, int numbers) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.doubles((long) heads.count() * size * hashes * numbers)
                .map(_ -> random.nextGaussian())
                .toArray();
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR.remembering(Rate.LINEAR); // the paper's T log T is that of sorting, next to nothing
    }

    @Override
    public Attention typical(int count, long length) {
        return new LshAttention(
                Heads.of(count),
                64,
                before,
                after,
                hashes,
                List.of(64, 128),
                most,
                causal,
                OptionalInt.empty(),
                edges,
                seed,
                dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final LshAttention value;
        private final ChunkPairs pairs;
        private final int width;
        private final int size;
        private final Linear query;
        private final Linear values;
        private final Linear output;

        Built(LshAttention value, Parameters parameters, int width) {
            this.value = value;
            this.pairs = new ChunkPairs(value.chunk, value.before, value.after, value.edges);
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            Linear.Size in = Linear.Size.from(width).to((long) value.heads.count() * size);
            this.query = new Linear(parameters.in("query"), in, Bias.NONE);
            this.values = new Linear(parameters.in("value"), in, Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) value.heads.count() * size).to(width),
                    Bias.NONE);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor q = Projections.split(query.forward(x), size); // [B, H, T, D]
            Tensor v = Projections.split(values.forward(x), size);
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent()) {
                state.get().append(q, v);
                q = state.get().keys(); // [B, H, S, D]
                v = state.get().values();
            }
            Tensor y = wide(q, v, context);
            Tensor asked = y.narrow(2, y.size(2) - x.size(1), x.size(1)).to(x.dtype());
            return output.forward(asked.transpose(1, 2).flatten(2, 3)); // [B, T, E]
        }

        private Tensor wide(Tensor q, Tensor v, Context context) {
            boolean narrow = q.dtype().bytes() == 2;
            return attended(narrow ? q.to(DType.FLOAT32) : q, narrow ? v.to(DType.FLOAT32) : v, context);
        }

        private Tensor attended(Tensor q, Tensor v, Context context) {
            long length = q.size(2);
            boolean whole = length <= value.chunk;
            long padded = whole ? length : ChunkPairs.padded(length, value.multiple.orElse(value.chunk));
            Tensor real = real(q, padded, context); // [B, P]
            Tensor queries = padded(q, padded);
            Tensor vectors = padded(v, padded);
            if (whole) {
                Tensor places =
                        Tensor.arange(0, length).reshape(1, 1, 1, length).to(q.device());
                return ChunkPairs.gather(
                                queries,
                                normed(queries),
                                vectors,
                                hidden(places, places, real.unsqueeze(1).unsqueeze(1)),
                                Optional.of(places.unsqueeze(-1)
                                        .eq(places.unsqueeze(-2))
                                        .squeeze(2)),
                                value.dropout,
                                context)
                        .values();
            }
            Tensor order = order(queries, real, context); // [B, H, n, P]
            Tensor sorted = pairs.split(sorted(queries, order)); // [B, H, C, c, D]
            Tensor places = pairs.split(order.flatten(2, 3)); // [B, H, C, c]
            Tensor keyPlaces = pairs.seen(places); // [B, H, C, S]
            Tensor reals = pairs.split(real.to(DType.INT64)
                    .unsqueeze(1)
                    .unsqueeze(1)
                    .expand(order.size(0), order.size(1), order.size(2), padded)
                    .gather(3, order)
                    .flatten(2, 3));
            Tensor hidden = hidden(places, keyPlaces, pairs.seen(reals).ne(0));
            if (value.edges == ChunkEdges.CUT) {
                hidden = hidden.logicalOr(
                        pairs.inside(places.size(2), value.hashes).logicalNot().to(q.device()));
            }
            ChunkPairs.Gathered found = ChunkPairs.gather(
                    sorted,
                    pairs.seen(normed(sorted)),
                    pairs.seen(pairs.split(sorted(vectors, order))),
                    hidden,
                    Optional.of(places.unsqueeze(-1).eq(keyPlaces.unsqueeze(-2))),
                    value.dropout,
                    context);
            return combined(found, order).narrow(2, 0, length); // [B, H, S, D]
        }

        /// Of all hashes one, each by how much it found. Written as Reformer's code has it: where no hash finds
        /// more than the position itself, float32 has no softmax of such low scores that sums to 1 by a
        /// thousandth.
        private Tensor combined(ChunkPairs.Gathered found, Tensor order) {
            Tensor back = order.argsort(-1); // [B, H, n, P]
            long[] shape = back.shape().toArray();
            Tensor values = found.values()
                    .reshape(shape[0], shape[1], shape[2], shape[3], size)
                    .gather(3, back.unsqueeze(-1).expand(shape[0], shape[1], shape[2], shape[3], size));
            Tensor sums = found.sum().reshape(shape).gather(3, back); // [B, H, n, P]
            Tensor shares = sums.sub(sums.logsumexp(2, Tensor.Axis.KEPT)).exp().unsqueeze(-1);
            return values.mul(shares).sum(2, Tensor.Axis.DROPPED); // [B, H, P, D]
        }

        /// Keys of length 1, over √D.
        private Tensor normed(Tensor q) {
            return q.mul(q.square().mean(-1, Tensor.Axis.KEPT).add(EPSILON).rsqrt())
                    .mul(1 / Math.sqrt(size));
        }

        private Tensor hidden(Tensor queries, Tensor keys, Tensor real) {
            Tensor padding = real.logicalNot().unsqueeze(-2); // [.., 1, S]
            Tensor none = value.causal ? padding.logicalOr(keys.unsqueeze(-2).gt(queries.unsqueeze(-1))) : padding;
            return none.rank() > 4 && queries.size(2) == 1 ? none.squeeze(2) : none;
        }

        private static Tensor real(Tensor q, long padded, Context context) {
            Tensor real = context.keep()
                    .orElseGet(() -> Tensor.ones(Shape.of(q.size(0), q.size(2)), DType.BOOL)
                            .to(q.device()));
            return padded == q.size(2)
                    ? real
                    : Tensor.cat(
                            1,
                            real,
                            Tensor.zeros(Shape.of(q.size(0), padded - q.size(2)), DType.BOOL)
                                    .to(q.device()));
        }

        private static Tensor padded(Tensor x, long length) {
            return x.size(2) == length
                    ? x
                    : Tensor.cat(
                            2,
                            x,
                            Tensor.zeros(Shape.of(x.size(0), x.size(1), length - x.size(2), x.size(3)), x.dtype())
                                    .to(x.device()));
        }

        /// [B, H, P, D] in the order of each hash, one behind the other: [B, H, n P, D].
        private Tensor sorted(Tensor x, Tensor order) {
            long[] shape = {x.size(0), x.size(1), order.size(2), x.size(2), x.size(3)};
            return x.unsqueeze(2)
                    .expand(shape)
                    .gather(3, order.unsqueeze(-1).expand(shape))
                    .flatten(2, 3);
        }

        /// Which position comes where, by bucket and then by place, [B, H, n, P]; padding last.
        private Tensor order(Tensor q, Tensor real, Context context) {
            List<Integer> factors = value.factors(q.size(2));
            int numbers = factors.stream().mapToInt(factor -> factor / 2).sum();
            Tensor rotations = context.drawn(
                            "rotations",
                            () -> Tensor.of(
                                            value.rotations(size, numbers),
                                            value.heads.count(),
                                            size,
                                            value.hashes,
                                            numbers)
                                    .to(q.device()))
                    .to(q.dtype()); // [H, D, n, R]
            Tensor turned = q.detach()
                    .matmul(rotations.flatten(2, 3)) // [B, H, P, n R]
                    .reshape(q.size(0), q.size(1), q.size(2), value.hashes, numbers)
                    .transpose(2, 3); // [B, H, n, P, R]
            Tensor bucket = Tensor.zeros(Shape.of(1), DType.INT64).to(q.device());
            long product = 1;
            int from = 0;
            for (int factor : factors) {
                Tensor part = turned.narrow(4, from, factor / 2);
                bucket = bucket.add(Tensor.cat(-1, part, part.neg()).argmax(-1).mul(product));
                from += factor / 2;
                product *= factor;
            }
            Tensor last = real.unsqueeze(1).unsqueeze(1).logicalNot();
            return bucket.maskedFill(last, product)
                    .mul(q.size(2))
                    .add(Tensor.arange(0, q.size(2)).to(q.device()))
                    .argsort(-1);
        }

        @Override
        public Cost cost(Load load) {
            double heads = value.heads.count();
            double numbers = heads * size;
            boolean whole = load.keys() <= value.chunk;
            double rows = (double) load.batch() * load.keys();
            double seen = whole ? load.keys() : (double) value.chunk * pairs.reach();
            double rounds = whole ? 1 : value.hashes;
            double hashing = whole
                    ? 0
                    : rows
                            * rounds
                            * numbers
                            * value.factors(load.keys()).stream()
                                    .mapToInt(factor -> factor)
                                    .sum();
            return Cost.flops(query.flops(load.rows())
                            + values.flops(load.rows())
                            + output.flops(load.rows())
                            + hashing
                            + rounds * rows * heads * seen * (4.0 * size + 5))
                    .saving(load.rows() * (width + 2 * numbers) + rounds * rows * (3 * numbers + 2 * heads * seen))
                    .remembering(2 * numbers * rows);
        }
    }
}
