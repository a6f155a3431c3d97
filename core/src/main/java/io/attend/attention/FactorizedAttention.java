package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.And;
import io.attend.mask.Band;
import io.attend.mask.BlockLocal;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// The Sparse Transformer's attention: of what came before, a token sees what is near, and one in so many of what
/// is further, from where the rest can be reached in a second layer.
///
///     strided:   s ∈ {t − stride, ..., t}  or  (t − s) mod stride = 0
///     fixed:     ⌊s / stride⌋ = ⌊t / stride⌋  or  s mod stride ≥ stride − summary
///     y_t = softmax_s(q_t·k_s / √D) v_s      over these s ≤ t
///
/// x [B, T, E] → Y [B, T, E]. Time and memory O(T·(stride + T / stride)·H·D), for fixed T·summary / stride: with
/// a stride near √T that is O(T√T). Remembers 2·H·D numbers a token; a step looks at the keys it sees and no
/// others. Both patterns are merged in every head, as the paper's "merged" has it. Names: `stride` is the
/// paper's l, `summary` its c.
///
/// @param heads H and D; keys are not shared
/// @param pattern strided for what has rows, such as images and sound, fixed for text
/// @param stride l
/// @param summary tokens at the end of each block that all behind it see, c; fixed only
/// @param dropout of the weights
@Source(paper = "Generating Long Sequences with Sparse Transformers", arxiv = "1904.10509")
public record FactorizedAttention(
        Heads heads,
        Pattern pattern,
        int stride,
        @Default("1") int summary,
        @Default("0.0") double dropout)
        implements Attention {
    public static final FactorizedAttention EXAMPLE = new FactorizedAttention(Heads.of(2), Pattern.STRIDED, 2, 1, 0);
    public static final FactorizedAttention FIXED = new FactorizedAttention(Heads.of(2), Pattern.FIXED, 3, 1, 0);
    public static final FactorizedAttention SUMMARIES = new FactorizedAttention(Heads.of(2), Pattern.FIXED, 3, 2, 0);

    /// What is seen beside what is near.
    public enum Pattern {
        /// Every `stride`-th token back.
        STRIDED,
        /// The last tokens of every block.
        FIXED
    }

    public FactorizedAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("factorized attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (stride < 1 || stride > 1 << 28) {
            throw new IllegalArgumentException("stride must be from 1 to " + (1 << 28) + ", not " + stride);
        }
        if (summary < 1 || summary > stride) {
            throw new IllegalArgumentException(
                    "summary must be from 1 to the stride " + stride + ", not " + summary);
        }
        if (pattern == Pattern.STRIDED && summary != 1) {
            throw new IllegalArgumentException("a strided pattern has no summary; leave it out or take FIXED");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// Whether a query sees a key.
    boolean sees(long query, long key) {
        return key <= query
                && switch (pattern) {
                    case STRIDED -> query - key <= stride || (query - key) % stride == 0;
                    case FIXED -> query / stride == key / stride || key % stride >= stride - summary;
                };
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final FactorizedAttention value;
        private final Projections projections;
        private final RelativePosition.Built position;
        private final Score.Built score;
        private final Mask near;

        Built(FactorizedAttention value, Parameters parameters, int width) {
            int heads = value.heads.count();
            this.value = value;
            this.projections = new Projections(parameters, value.heads, ProjectionBias.ADDED, width);
            this.position = new NoPosition().build(parameters, new HeadShape(heads, heads, projections.size));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, projections.size));
            this.near = value.pattern == Pattern.STRIDED
                    ? new SlidingWindow(value.stride + 1)
                    : new And(new Causal(), new BlockLocal(value.stride));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = projections.queries(x); // [B, H, T, D]
            Tensor keys = projections.keys(x);
            Tensor vectors = projections.values(x);
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent()) {
                state.get().append(keys, vectors);
                keys = state.get().keys(); // [B, H, S, D]
                vectors = state.get().values();
            }
            Optional<Band> band = WindowKernel.band(near, position, x.size(1), keys.size(2), context);
            boolean whole = keys.size(2) == x.size(1);
            Tensor y;
            if (x.size(1) == 1) {
                y = step(queries, keys, vectors, context);
            } else if (context.wantsAttention() || !whole || band.isEmpty()) {
                y = everyPair(queries, keys, vectors, context);
            } else if (value.pattern == Pattern.STRIDED) {
                y = strided(queries, keys, vectors, band.get(), context);
            } else {
                y = fixed(queries, keys, vectors, band.get(), context);
            }
            return projections.output(y); // [B, T, E]
        }

        /// One query on the keys it sees.
        private Tensor step(Tensor queries, Tensor keys, Tensor vectors, Context context) {
            long last = keys.size(2) - 1;
            long[] seen = LongStream.rangeClosed(0, last)
                    .filter(key -> value.sees(last, key))
                    .toArray();
            Tensor rows = Tensor.of(seen, seen.length).to(keys.device());
            Optional<Tensor> keep = context.keep().map(all -> all.indexSelect(1, rows)
                    .unsqueeze(1)
                    .unsqueeze(1));
            return AttentionKernel.attend(
                    queries,
                    keys.indexSelect(2, rows),
                    vectors.indexSelect(2, rows),
                    new Context.Visible(keep.isPresent() ? Mask.Reach.SOME : Mask.Reach.ALL, keep),
                    Optional.empty(),
                    score,
                    position,
                    value.dropout,
                    context);
        }

        private Tensor everyPair(Tensor queries, Tensor keys, Tensor vectors, Context context) {
            int length = Math.toIntExact(queries.size(2));
            int all = Math.toIntExact(keys.size(2));
            Tensor allowed = context.once(new Pairs(value, length, all), () -> {
                boolean[] pairs = new boolean[length * all];
                IntStream.range(0, pairs.length)
                        .forEach(i -> pairs[i] = value.sees((long) all - length + i / all, i % all));
                Tensor pattern = Tensor.of(pairs, 1, 1, length, all);
                return context.keep()
                        .map(keep -> pattern.logicalAnd(keep.unsqueeze(1).unsqueeze(1)))
                        .orElse(pattern);
            });
            return AttentionKernel.attend(
                    queries,
                    keys,
                    vectors,
                    new Context.Visible(Mask.Reach.SOME, Optional.of(allowed)),
                    Optional.empty(),
                    score,
                    position,
                    value.dropout,
                    context);
        }

        private record Pairs(FactorizedAttention value, int queries, int keys) {}

        /// Blocks beside the summaries of all blocks, of which a token sees those before its own.
        private Tensor fixed(Tensor queries, Tensor keys, Tensor vectors, Band band, Context context) {
            long length = keys.size(2);
            long[] summaries = LongStream.range(0, length)
                    .filter(key -> key % value.stride >= value.stride - value.summary)
                    .toArray();
            Tensor rows = Tensor.of(summaries, summaries.length);
            Tensor before = Tensor.arange(0, length)
                    .floorDivide(value.stride)
                    .unsqueeze(1)
                    .gt(rows.floorDivide(value.stride).unsqueeze(0))
                    .reshape(1, 1, length, summaries.length);
            Tensor seen = context.keep()
                    .map(keep -> before.logicalAnd(
                            keep.indexSelect(1, rows).unsqueeze(1).unsqueeze(1)))
                    .orElse(before);
            Tensor there = rows.to(keys.device());
            return WindowKernel.attend(
                    near,
                    band,
                    queries,
                    keys,
                    vectors,
                    context.keep(),
                    "all",
                    Optional.of(new WindowKernel.Shared(
                            keys.indexSelect(2, there), vectors.indexSelect(2, there), seen, Optional.empty())),
                    new WindowKernel.Making(score, position, value.dropout),
                    context);
        }

        /// A window, and the column of every `stride`-th token above it: one softmax over both.
        private Tensor strided(Tensor queries, Tensor keys, Tensor vectors, Band band, Context context) {
            long batch = queries.size(0);
            long length = queries.size(2);
            long stride = value.stride;
            long count = (length + stride - 1) / stride;
            Blocks blocks = Blocks.of(band, length, length);
            Tensor q = AttentionKernel.wide(queries);
            Tensor k = AttentionKernel.wide(keys);
            Tensor hidden = context.once(new Hidden(value, length), () -> {
                        Tensor window = near.allowed(blocks.from(), blocks.to()).logicalAnd(blocks.inside());
                        Tensor seen = context.keep()
                                .map(keep -> window.logicalAnd(blocks.keys(keep, batch)))
                                .orElse(window);
                        return blocks.joined(blocks.everyRow(seen, batch)).logicalNot(); // [B, 1, T, M]
                    });
            Tensor window = blocks.joined(score.scores(blocks.queries(q), blocks.keys(k))); // [B, H, T, M]
            Tensor columns = uncolumned(
                    score.scores(columned(q, count).flatten(0, 1), columned(k, count).flatten(0, 1)), batch, length);
            Tensor above = above(count, length, context); // [(B), 1, T, N]
            Tensor all = Tensor.cat(
                    3,
                    window.maskedFill(hidden, Double.NEGATIVE_INFINITY),
                    columns.maskedFill(above, Double.NEGATIVE_INFINITY));
            Tensor nothing = all.eq(Double.NEGATIVE_INFINITY);
            Tensor weights = context.dropout(all.softmax(3).maskedFill(nothing, 0), value.dropout)
                    .to(vectors.dtype());
            Tensor near = blocks.joined(blocks.queries(weights.narrow(3, 0, blocks.keys()))
                    .matmul(blocks.keys(vectors)));
            Tensor far = columned(weights.narrow(3, blocks.keys(), count), count)
                    .flatten(0, 1)
                    .matmul(columned(vectors, count).flatten(0, 1));
            return near.add(uncolumned(far, batch, length));
        }

        private record Hidden(FactorizedAttention value, long length) {}

        /// Tokens in columns of every `stride`-th: [B, H, T, D] → [B, l, H, N, D].
        private Tensor columned(Tensor x, long count) {
            long missing = count * value.stride - x.size(2);
            Tensor whole = missing == 0
                    ? x
                    : Tensor.cat(
                            2,
                            x,
                            Tensor.zeros(Shape.of(x.size(0), x.size(1), missing, x.size(3)), x.dtype())
                                    .to(x.device()));
            return whole.reshape(x.size(0), x.size(1), count, value.stride, x.size(3))
                    .permute(0, 3, 1, 2, 4);
        }

        /// [B l, H, N, M] → [B, H, T, M]
        private Tensor uncolumned(Tensor x, long batch, long length) {
            return x.reshape(batch, value.stride, x.size(1), x.size(2), x.size(3))
                    .permute(0, 2, 3, 1, 4)
                    .reshape(batch, x.size(1), -1, x.size(3))
                    .narrow(2, 0, length);
        }

        /// What a token does not see of its column: what is not above its window, and padding.
        private Tensor above(long count, long length, Context context) {
            Tensor places = Tensor.arange(0, length).unsqueeze(1); // [T, 1]
            Tensor keys = places.remainder(value.stride)
                    .add(Tensor.arange(0, count).mul((double) value.stride).to(DType.INT64).unsqueeze(0)); // [T, N]
            Tensor seen = keys.lt(places.sub((double) value.stride)).reshape(1, 1, length, count);
            Tensor inside = keys.sub((double) (length - 1)).clampMax(0).add((double) (length - 1)).flatten(0, 1);
            return context.keep()
                    .map(keep -> seen.logicalAnd(
                            keep.indexSelect(1, inside).reshape(keep.size(0), 1, length, count)))
                    .orElse(seen)
                    .logicalNot();
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double heads = value.heads.count();
            double far = (double) load.keys() / value.stride * value.summary;
            Band band = near.band().orElseThrow();
            double window = load.length() == 1 ? value.stride : band.keys(load.length());
            double keys = Math.min(load.keys(), window + far);
            boolean strided = value.pattern == Pattern.STRIDED;
            double kept = strided ? 2 * rows * heads * keys : 2 * rows * heads * projections.size * keys / value.stride;
            return Cost.flops(projections.flops(rows) + rows * heads * keys * (4.0 * projections.size + 5))
                    .saving(projections.saved(rows, value.heads) + kept)
                    .remembering(2 * heads * projections.size * load.batch() * load.keys());
        }
    }
}
