package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Mask.Reach;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// BlockBERT's attention: in each head a block of queries sees one block of keys, its own or one so many blocks
/// further, so that heads with different shifts together see all.
///
///     head h, t in block n of N:   softmax_s(q_t·k_s / √D) v_s    over s in block (n + shift_h) mod N
///
/// x [B, T, E] → Y [B, T, E]; N is the number of blocks of each text by itself, padding left out. Time
/// O(T·block·H·D), memory linear in T: 1/N of exact attention, which one block is. Names: the paper gives N, as
/// its texts are of one length, and permutations that move by one block.
///
/// @param heads H and D; keys are not shared
/// @param block tokens of a block
/// @param shifts of each head, 0 for its own block
/// @param dropout of the weights
@Source(paper = "Blockwise Self-Attention for Long Document Understanding", arxiv = "1911.02972")
public record BlockwiseAttention(
        Heads heads,
        int block,
        List<Integer> shifts,
        @Default("0.0") double dropout) implements Attention {
    public static final BlockwiseAttention EXAMPLE = new BlockwiseAttention(Heads.of(2), 3, List.of(0, 1), 0);

    public BlockwiseAttention {
        shifts = List.copyOf(shifts);
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("blockwise attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (block < 1) {
            throw new IllegalArgumentException("a block must hold at least 1 token, not " + block);
        }
        if (shifts.size() != heads.count()) {
            throw new IllegalArgumentException(
                    shifts.size() + " shifts for " + heads.count() + " heads; give one a head");
        }
        shifts.stream().filter(shift -> shift < 0).findFirst().ifPresent(shift -> {
            throw new IllegalArgumentException("a shift must be at least 0, not " + shift);
        });
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
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new BlockwiseAttention(
                Heads.of(count),
                256,
                IntStream.range(0, count).mapToObj(head -> head % 2).toList(),
                dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final BlockwiseAttention value;
        private final Projections projections;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(BlockwiseAttention value, Parameters parameters, int width) {
            this.value = value;
            this.projections = new Projections(parameters, value.heads, ProjectionBias.ADDED, width);
            int heads = value.heads.count();
            this.position = new NoPosition().build(parameters, new HeadShape(heads, heads, projections.size));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, projections.size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = projections.queries(x); // [B, H, T, D]
            Tensor keys = projections.keys(x);
            Tensor vectors = projections.values(x);
            long batch = x.size(0);
            int length = Math.toIntExact(x.size(1));
            int count = (length + value.block - 1) / value.block;
            long whole = (long) count * value.block;
            Tensor real =
                    padded(context.keep().orElseGet(() -> Tensor.ones(Shape.of(batch, length), DType.BOOL)), 1, whole);
            Tensor seen =
                    Tensor.of(seen(real.toLongs(), Math.toIntExact(batch), count), batch, value.heads.count(), count);
            if (context.wantsAttention()) {
                return projections.output(everyPair(queries, keys, vectors, real, seen, context));
            }
            Tensor rows = seen.add(Tensor.arange(0, batch * value.heads.count())
                            .mul((double) count)
                            .to(DType.INT64)
                            .reshape(batch, value.heads.count(), 1))
                    .flatten(0, 2); // of all blocks of keys, [B H N]
            Tensor allowed =
                    real.reshape(batch, 1, count, value.block).expand(batch, value.heads.count(), count, value.block);
            Tensor y = AttentionKernel.blocks(
                    blocks(queries, whole),
                    blocks(keys, whole).indexSelect(0, rows),
                    blocks(vectors, whole).indexSelect(0, rows),
                    allowed.reshape(-1, 1, 1, value.block).indexSelect(0, rows),
                    Optional.empty(),
                    score,
                    value.dropout,
                    context);
            return projections.output(y.reshape(batch, value.heads.count(), whole, projections.size)
                    .narrow(2, 0, length)); // [B, T, E]
        }

        /// The block of keys of each block of queries, [B][H][N]: padding's own.
        private long[] seen(long[] real, int batch, int count) {
            int heads = value.heads.count();
            long[] seen = new long[batch * heads * count];
            for (int b = 0; b < batch; b++) {
                int whole = count * value.block;
                int end = whole;
                while (end > 0 && real[b * whole + end - 1] == 0) {
                    end--;
                }
                int own = (end + value.block - 1) / value.block;
                for (int i = 0; i < heads * count; i++) {
                    int n = i % count;
                    seen[b * heads * count + i] = n < own ? (n + (long) value.shifts.get(i / count)) % own : n;
                }
            }
            return seen;
        }

        /// [B, H, T, D] → [B H N, 1, block, D]
        private Tensor blocks(Tensor x, long whole) {
            return padded(x, 2, whole).reshape(-1, 1, value.block, projections.size);
        }

        private static Tensor padded(Tensor x, int axis, long whole) {
            long[] shape = x.shape().toArray();
            shape[axis] = whole - shape[axis];
            return shape[axis] == 0
                    ? x
                    : Tensor.cat(
                            axis, x, Tensor.zeros(Shape.of(shape), x.dtype()).to(x.device()));
        }

        /// The same by all pairs, so that their weights can be shown.
        private Tensor everyPair(
                Tensor queries, Tensor keys, Tensor vectors, Tensor real, Tensor seen, Context context) {
            long length = keys.size(2);
            long count = seen.size(2);
            Tensor there = Tensor.arange(0, count).reshape(1, 1, 1, count).eq(seen.unsqueeze(3)); // [B, H, N, N]
            Tensor allowed = there.repeatInterleave(value.block, 2)
                    .repeatInterleave(value.block, 3)
                    .logicalAnd(real.unsqueeze(1).unsqueeze(1))
                    .narrow(2, 0, length)
                    .narrow(3, 0, length);
            return AttentionKernel.attend(
                    queries,
                    keys,
                    vectors,
                    new Context.Visible(Reach.SOME, Optional.of(allowed)),
                    Optional.empty(),
                    score,
                    position,
                    value.dropout,
                    context);
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double keys = Math.min(value.block, load.length());
            return Cost.flops(
                            projections.flops(rows) + rows * value.heads.count() * keys * (4.0 * projections.size + 5))
                    .saving(projections.saved(rows, value.heads) + 3 * rows * value.heads.count() * projections.size);
        }
    }
}
