package io.attend.attention;

import io.attend.layer.Coarse;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.mask.Mask.Reach;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.position.SinusoidalPosition;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Relative attention for texts that grow shorter from block to block: queries may be pooled and what they look
/// at not yet.
///
///     score = ((q + u)·k + (q + v)·r(p_t − p_s) + (q + w)·g_same)/√D        r(d) = W sinusoid(d),  per head
///
/// x [B, T, E], and keys of x or of the text before it was pooled [B, S, E] → y [B, T, E]; p are places in the
/// whole text, g one vector for pairs of the same text and one for others. What stands apart in a pooled text
/// ([Coarse]) has neither distance nor text. Time O(T·S·H·D) and O(B·H·T·R·D) for the R distances there are. It
/// looks in both directions. Names: u is `r_w_bias`, v `r_r_bias`, w `r_s_bias`, W `r_kernel`, g `seg_embed`;
/// the paper's `factorized` and `relative_shift` are two ways to compute this one score.
///
/// @param everywhere the segment that is of the same text as every other, as `[CLS]` may be
/// @param dropout of the weights
@Source(
        paper = "Funnel-Transformer: Filtering out Sequential Redundancy for Efficient Language Processing",
        arxiv = "2006.03236")
public record FunnelAttention(
        Heads heads, OptionalInt everywhere, @Default("0.0") double dropout) implements Attention {
    public static final FunnelAttention EXAMPLE = new FunnelAttention(Heads.of(2), OptionalInt.of(2), 0);

    public FunnelAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("Funnel's attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE).inexact();
    }

    @Override
    public Attention typical(int count, long length) {
        return new FunnelAttention(Heads.of(count), everywhere, dropout);
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private record Pairs(long queries, long keys, Object what) {}

    private static final class Built implements Layer {
        private final FunnelAttention value;
        private final int width;
        private final Projections projections;
        private final Linear distances;
        private final Parameter ofContent;
        private final Parameter ofDistance;
        private final Parameter ofText;
        private final Parameter texts;
        private final Score.Built score;
        private final RelativePosition.Built none;

        Built(FunnelAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int heads = value.heads.count();
            this.projections = new Projections(parameters, value.heads, ProjectionBias.ALL_BUT_QUERY, width);
            int size = projections.size;
            if (width % 2 != 0) {
                throw parameters.refuse("sinusoids need an even width, not " + width);
            }
            Parameters position = parameters.in("position");
            Parameters segment = parameters.in("segment");
            Shape vectors = Shape.of(heads, size);
            this.distances = new Linear(
                    position.in("projection"),
                    Linear.Size.from(width).to((long) heads * size),
                    io.attend.layer.Bias.NONE);
            this.ofContent = position.weight("content", vectors, Initializer.uniform(0.1));
            this.ofDistance = position.weight("distance", vectors, Initializer.uniform(0.1));
            this.ofText = segment.weight("query", vectors, Initializer.uniform(0.1));
            this.texts = segment.weight("weight", Shape.of(2, heads, size), Initializer.uniform(0.1));
            this.score = new ScaledDotProduct().build(parameters.in("score"), new Score.Sizes(heads, size));
            this.none = new NoPosition().build(parameters, new HeadShape(heads, heads, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Coarse coarse = context.coarse();
            Coarse.Finer seen = coarse.keys()
                    .orElseGet(() -> new Coarse.Finer(x, context.keep(), context.segments(), coarse.stride()));
            Tensor queries = projections.queries(x); // [B, H, T, D]
            Tensor keys = projections.keys(seen.values()); // [B, H, S, D]
            Tensor relative =
                    places(queries, keys.size(2), seen, context).add(texts(queries, seen, context)); // [B, H, T, S]
            if (coarse.apart()) {
                relative = relative.mul(others(queries, keys, context));
            }
            Tensor content = ofContent.tensor().unsqueeze(1).matmul(keys.transpose(2, 3)); // [B, H, 1, S]
            Tensor bias = relative.add(content).mul(1 / Math.sqrt(projections.size));
            Context.Visible visible = seen.keep()
                    .map(keep -> new Context.Visible(
                            Reach.SOME, Optional.of(keep.unsqueeze(1).unsqueeze(1))))
                    .orElseGet(() -> new Context.Visible(Reach.ALL, Optional.empty()));
            return projections.output(AttentionKernel.attend(
                    score.queries(queries),
                    score.keys(keys),
                    projections.values(seen.values()),
                    visible,
                    Optional.of(bias),
                    score,
                    none,
                    value.dropout,
                    context)); // [B, T, E]
        }

        /// (q + v)·r of each pair. Both sides stand on grids, the coarser of a multiple of the other's stride.
        private Tensor places(Tensor queries, long keys, Coarse.Finer seen, Context context) {
            long count = queries.size(2);
            long stride = seen.stride();
            long ratio = context.coarse().stride() / stride;
            long apart = context.coarse().apart() ? stride - context.coarse().stride() : 0; // of both first positions
            long nearest = apart - stride * (keys - 1);
            long rows = ratio * (count - 1) + keys;
            Tensor waves = context.once(
                    new Pairs(count, keys, "waves of " + queries.dtype()),
                    () -> new SinusoidalPosition(Order.HALVES)
                            .waves(
                                    Tensor.arange(0, rows)
                                            .mul(stride)
                                            .add(nearest)
                                            .to(queries.device()),
                                    width)
                            .to(queries.dtype())); // [R, E]
            Tensor index = context.once(
                    new Pairs(count, keys, "rows"),
                    () -> Tensor.arange(0, count)
                            .mul(ratio)
                            .unsqueeze(1)
                            .sub(Tensor.arange(0, keys))
                            .add(keys - 1)
                            .to(queries.device())); // [T, S]
            Tensor projected = distances
                    .forward(waves)
                    .reshape(rows, value.heads.count(), projections.size)
                    .permute(1, 2, 0); // [H, D, R]
            return queries.add(ofDistance.tensor().unsqueeze(1))
                    .matmul(projected)
                    .gather(
                            3,
                            index.unsqueeze(0).unsqueeze(0).expand(queries.size(0), value.heads.count(), count, keys));
        }

        /// (q + w)·g of each pair, [B, H, T, S] or [B, H, T, 1].
        private Tensor texts(Tensor queries, Coarse.Finer seen, Context context) {
            Tensor both = queries.add(ofText.tensor().unsqueeze(1))
                    .matmul(texts.tensor().permute(1, 2, 0)); // [B, H, T, 2], others and the same
            if (seen.segments().isEmpty() || context.segments().isEmpty()) {
                return both.narrow(3, 1, 1);
            }
            Tensor of = context.segments().get().unsqueeze(2); // [B, T, 1]
            Tensor other = seen.segments().get().unsqueeze(1); // [B, 1, S]
            Tensor same = of.eq(other);
            if (value.everywhere.isPresent()) {
                double every = value.everywhere.getAsInt();
                same = same.logicalOr(of.eq(every)).logicalOr(other.eq(every));
            }
            return both.narrow(3, 1, 1).where(same.unsqueeze(1), both.narrow(3, 0, 1));
        }

        /// 0 where query or key is the first, 1 elsewhere, [T, S].
        private static Tensor others(Tensor queries, Tensor keys, Context context) {
            return context.once(new Pairs(queries.size(2), keys.size(2), "others of " + queries.dtype()), () -> {
                Tensor rows = Tensor.arange(0, queries.size(2)).ne(0).unsqueeze(1);
                return rows.logicalAnd(Tensor.arange(0, keys.size(2)).ne(0))
                        .to(queries.dtype())
                        .to(queries.device());
            });
        }

        @Override
        public Cost cost(Load load) {
            double heads = value.heads.count();
            double size = projections.size;
            double pairs = load.rows() * heads * load.length();
            double distinct = 2.0 * load.length();
            return Cost.flops(projections.flops(load.rows())
                            + distances.flops(distinct)
                            + pairs * (4 * size + 9)
                            + 2 * load.rows() * heads * size * distinct
                            + 4 * load.rows() * heads * size)
                    .saving(projections.saved(load.rows(), value.heads) + load.rows() * heads * (size + 1) + 2 * pairs);
        }
    }
}
