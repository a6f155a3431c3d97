package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Band;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.mask.SlidingWindow.Sides;
import io.attend.norm.Norm;
import io.attend.norm.RmsNorm;
import io.attend.position.BucketedBias;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.DotProduct;
import io.attend.score.Score;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.stream.LongStream;

/// LongT5's transient global attention: every token sees a window around it, and a summary of each block of the
/// sequence, made anew in every layer and forgotten behind it.
///
///     g_j = norm(Σ x_t over the tokens t of block j)
///     y_t = softmax([q_t·k(x_s) + r(s − t) ; q_t·k(g_j) + r'(j − block(t))]) [v(x_s) ; v(g_j)]
///     over |t − s| ≤ radius and all j
///
/// x [B, T, E] → Y [B, T, E], G = ⌊T / block⌋ summaries. Scores are not divided. What is left behind the last
/// whole block belongs to that; padding belongs to none. r and r' are tables of buckets, one of each for all
/// layers of a stack. Time and memory O(T·(radius + T / block)·H·D). Names: `radius` is Hugging Face's
/// `local_radius`, `block` its `global_block_size`.
///
/// @param heads H and D; keys are not shared
/// @param radius tokens a window has on either side
/// @param block tokens of a summary
/// @param position the buckets of r and r'
/// @param norm of a summary
/// @param dropout of the weights
@Source(paper = "LongT5: Efficient Text-To-Text Transformer for Long Sequences", arxiv = "2112.07916")
public record TransientGlobalAttention(
        Heads heads,
        int radius,
        int block,
        BucketedBias position,
        @Default("\"RmsNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Attention {
    public static final TransientGlobalAttention EXAMPLE = new TransientGlobalAttention(
            Heads.of(2), 1, 2, BucketedBias.EXAMPLE, RmsNorm.EXAMPLE, 0);
    public static final TransientGlobalAttention LARGER = new TransientGlobalAttention(
            Heads.of(2).size(3), 2, 3, BucketedBias.EXAMPLE, RmsNorm.EXAMPLE, 0);

    public TransientGlobalAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("transient global attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (radius < 0) {
            throw new IllegalArgumentException("a radius must be at least 0, not " + radius);
        }
        if (radius == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a radius must be below " + radius);
        }
        if (block < 1) {
            throw new IllegalArgumentException("a block must hold at least 1 token, not " + block);
        }
        if (position.direction() != BucketedBias.Direction.BIDIRECTIONAL) {
            throw new IllegalArgumentException("a window on both sides needs buckets for both, not "
                    + position.direction());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    Mask window() {
        return new SlidingWindow(radius + 1, Sides.BOTH);
    }

    /// The block of each of so many tokens, if all are real.
    ///
    /// In float32 as Hugging Face's class adds it up: where a block's size is no power of two, some tokens at the
    /// edge of a block fall into the one before it.
    long[] blocks(int length) {
        long[] blocks = new long[length];
        float step = 1f / block;
        double sum = 0;
        for (int t = 0; t < length; t++) {
            sum += step;
            blocks[t] = (long) Math.floor(1f + ((float) sum - step) - 1f);
        }
        return blocks;
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private record Shared(BucketedBias position, int heads) {}

    private static final class Built implements Layer {
        private final TransientGlobalAttention value;
        private final Projections projections;
        private final Layer norm;
        private final Parameter far;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(TransientGlobalAttention value, Parameters parameters, int width) {
            int heads = value.heads.count();
            this.value = value;
            this.projections = new Projections(parameters, value.heads, ProjectionBias.NONE, width);
            this.norm = value.norm.build(parameters.in("global").in("norm"), width);
            this.position = value.position.build(
                    parameters.in("position"), new HeadShape(heads, heads, projections.size));
            this.far = parameters.shared(
                    "global",
                    new Shared(value.position, heads),
                    Parameter.class,
                    place -> place.weight(
                            "weight", Shape.of(value.position.buckets(), heads), Initializer.normal(0.02)));
            this.score = new DotProduct().build(parameters, new Score.Sizes(heads, projections.size));
        }

        /// Summaries of blocks.
        ///
        /// @param blocks of each token, [(B), T], -1 where it has none
        /// @param values [B, G, E]
        /// @param seen which blocks a text has, [(B), G]
        private record Summaries(Tensor blocks, Tensor values, Tensor seen) {}

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = projections.queries(x); // [B, H, T, D]
            Tensor keys = projections.keys(x);
            Tensor vectors = projections.values(x);
            long length = x.size(1);
            Summaries summaries = summaries(x, context);
            Tensor added = added(summaries).to(x.dtype()); // [(B), H, T, G]
            WindowKernel.Shared shared = new WindowKernel.Shared(
                    projections.keys(summaries.values),
                    projections.values(summaries.values),
                    summaries.seen.unsqueeze(1).unsqueeze(1),
                    Optional.of(added));
            Optional<Band> band = context.wantsAttention()
                    ? Optional.empty()
                    : WindowKernel.band(value.window(), position, length, length, context);
            return projections.output(
                    band.isPresent()
                            ? WindowKernel.attend(
                                    value.window(),
                                    band.get(),
                                    queries,
                                    keys,
                                    vectors,
                                    context.keep(),
                                    "all",
                                    Optional.of(shared),
                                    new WindowKernel.Making(score, position, value.dropout),
                                    context)
                            : everyPair(queries, keys, vectors, shared, context)); // [B, T, E]
        }

        private Summaries summaries(Tensor x, Context context) {
            int length = Math.toIntExact(x.size(1));
            int count = length / value.block;
            long[] ends = new long[length];
            for (int t = value.block - 1; t < length; t += value.block) {
                ends[t] = 1;
            }
            Tensor all = Tensor.ones(Shape.of(1, length), DType.INT64);
            Tensor real = context.keep().map(keep -> keep.to(DType.INT64)).orElse(all); // [(B), T]
            Tensor last = real.mul(Tensor.of(ends, 1, length))
                    .sum(1, Tensor.Axis.KEPT)
                    .sub(1); // the last whole block of a text
            Tensor blocks = Tensor.of(value.blocks(length), 1, length).add(1).mul(real).sub(1); // [(B), T]
            Tensor own = blocks.sub(last).clampMax(0).add(last);
            Tensor rows = own.maskedFill(own.lt(0), count)
                    .unsqueeze(2)
                    .expand(x.size(0), length, x.size(2));
            Tensor sums = Tensor.zeros(Shape.of(x.size(0), count + 1L, x.size(2)), x.dtype())
                    .to(x.device())
                    .scatterAdd(1, rows, x)
                    .narrow(1, 0, count); // [B, G, E]
            Tensor seen = Tensor.arange(0, count).unsqueeze(0).le(own.amax(1, Tensor.Axis.KEPT)); // [(B), G]
            return new Summaries(own, norm.forward(sums, context.unpadded()), seen);
        }

        /// r', [(B), H, T, G].
        private Tensor added(Summaries summaries) {
            int count = Math.toIntExact(summaries.seen.size(1));
            long length = summaries.blocks.size(1);
            if (count == 0) {
                return Tensor.zeros(Shape.of(1, value.heads.count(), length, 0), far.tensor().dtype());
            }
            long[] buckets = LongStream.rangeClosed(-count, count)
                    .map(ahead -> value.position.bucket(Math.toIntExact(ahead)))
                    .toArray();
            Tensor ahead = Tensor.arange(count, 2L * count)
                    .reshape(1, 1, count)
                    .sub(summaries.blocks.unsqueeze(2)); // [(B), T, G]
            return far.tensor()
                    .indexSelect(0, Tensor.of(buckets, buckets.length))
                    .indexSelect(0, ahead.flatten(0, 2))
                    .reshape(summaries.blocks.size(0), length, count, value.heads.count())
                    .permute(0, 3, 1, 2);
        }

        /// The same by all pairs [B, H, T, T + G], so that their weights can be shown.
        private Tensor everyPair(
                Tensor queries, Tensor keys, Tensor vectors, WindowKernel.Shared shared, Context context) {
            long batch = queries.size(0);
            long length = keys.size(2);
            long count = shared.keys().size(2);
            Tensor near = context.visible(value.window(), length, length)
                    .allowed()
                    .orElseGet(() -> Tensor.ones(Shape.of(1, 1, length, length), DType.BOOL));
            Tensor broad = near.rank() == 2 ? near.unsqueeze(0).unsqueeze(0) : near;
            Tensor allowed = Tensor.cat(
                    3,
                    broad.expand(batch, 1, length, length),
                    shared.seen().expand(batch, 1, length, count));
            Tensor bias = Tensor.cat(
                    3,
                    position.bias(queries, keys, context)
                            .orElseThrow()
                            .expand(batch, value.heads.count(), length, length),
                    shared.bias().orElseThrow().expand(batch, value.heads.count(), length, count));
            Tensor weights = AttentionKernel.weights(
                    AttentionKernel.wide(queries),
                    AttentionKernel.wide(Tensor.cat(2, keys, shared.keys())),
                    Optional.of(allowed),
                    Optional.of(bias),
                    score);
            context.show("attention", weights.to(queries.dtype()));
            return AttentionKernel.gathered(
                    context.dropout(weights, value.dropout).to(queries.dtype()),
                    Tensor.cat(2, vectors, shared.values()));
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double summaries = Math.floor((double) load.length() / value.block);
            Band band = value.window().band().orElseThrow();
            double keys = Math.min(band.keys(load.length()), load.length()) + summaries;
            double numbers = (double) value.heads.count() * projections.size;
            double copied = 2 * rows * numbers * keys / band.queries(load.length());
            return Cost.flops(projections.flops(rows)
                            + projections.flops(load.batch() * summaries) / 2 // keys and values
                            + rows * value.heads.count() * keys * (2.0 * projections.size * 2 + 6))
                    .plus(norm.cost(Load.batch(load.batch()).length(Math.max(1, (long) summaries))))
                    .saving(projections.saved(rows, value.heads)
                            + copied
                            + rows * value.heads.count() * summaries); // r'
        }
    }
}
