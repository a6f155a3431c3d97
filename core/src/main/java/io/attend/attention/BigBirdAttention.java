package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/// BigBird's attention in blocks: a block of tokens sees itself and its neighbours, the first and the last block,
/// which see all, and in each head some blocks by chance.
///
///     y_t = softmax_s(q_t·k_s / √D) v_s    over s in the blocks 0, n − 1, n, n + 1, N − 1 and `random` others
///
/// for t in block n of N; all s in the first and the last block. x [B, T, E] → Y [B, T, E]. A block drawn twice
/// counts twice. Up to (5 + 2·random)·block tokens, which hardly any pair would be missing of, attention is exact.
/// Time O(T·(5 + random)·block·H·D), memory linear in T. The last block is that of the longest text of a batch,
/// so that what stands behind a text counts a little, as in Hugging Face's. Names: `block` is its `block_size`,
/// `random` its `num_random_blocks`.
///
/// @param heads H and D; keys are not shared
/// @param block tokens of a block
/// @param random blocks drawn for each block and head, the same in every pass
/// @param drawing when they are drawn
/// @param bias which projections add a vector
/// @param dropout of the weights
@Source(paper = "Big Bird: Transformers for Longer Sequences", arxiv = "2007.14062")
public record BigBirdAttention(
        Heads heads,
        @Default("64") int block,
        @Default("3") int random,
        @Default("\"always\"") Drawing drawing,
        @Default("\"added\"") ProjectionBias bias,
        @Default("0.0") double dropout)
        implements Attention {
    public static final BigBirdAttention EXAMPLE =
            new BigBirdAttention(Heads.of(2), 1, 1, Drawing.ALWAYS, ProjectionBias.ADDED, 0);

    /// When blocks are drawn.
    public enum Drawing {
        ALWAYS,
        /// In training; otherwise the first block stands in the place of each, and counts once more for it, as in
        /// Hugging Face's class.
        TRAINING
    }

    public BigBirdAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("BigBird's attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (block < 1) {
            throw new IllegalArgumentException("a block must hold at least 1 token, not " + block);
        }
        if (random < 0 || random > 1 << 20) {
            throw new IllegalArgumentException("random blocks must be from 0 to " + (1 << 20) + ", not " + random);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// The longest text that is attended to exactly.
    public long exact() {
        return (5 + 2L * random) * block;
    }

    /// The blocks that each head and block but the first and the last draws at a place, [H][N - 2][random].
    List<List<List<Integer>>> drawn(String place, int blocks) {
        List<List<List<Integer>>> all = new ArrayList<>();
        for (int head = 0; head < heads.count(); head++) {
            Random chance = new Random(31L * place.hashCode() + head);
            List<List<Integer>> rows = new ArrayList<>();
            for (int n = 1; n < blocks - 1; n++) {
                int here = n;
                List<Integer> others = new ArrayList<>(IntStream.range(1, blocks - 1)
                        .filter(other -> Math.abs(other - here) > 1)
                        .boxed()
                        .toList());
                Collections.shuffle(others, chance);
                rows.add(List.copyOf(others.subList(0, random)));
            }
            all.add(rows);
        }
        return all;
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final BigBirdAttention value;
        private final Projections projections;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(BigBirdAttention value, Parameters parameters, int width) {
            int heads = value.heads.count();
            this.value = value;
            this.projections = new Projections(parameters, value.heads, value.bias, width);
            this.position = new NoPosition().build(parameters, new HeadShape(heads, heads, projections.size));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, projections.size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = projections.queries(x); // [B, H, T, D]
            Tensor keys = projections.keys(x);
            Tensor vectors = projections.values(x);
            int length = Math.toIntExact(x.size(1));
            if (length <= value.exact()) {
                return projections.output(AttentionKernel.attend(
                        queries,
                        keys,
                        vectors,
                        context.visible(new Bidirectional(), length, length),
                        Optional.empty(),
                        score,
                        position,
                        value.dropout,
                        context));
            }
            int count = (length + value.block - 1) / value.block;
            Tensor random = random(count, context); // [H, N - 2, R]
            return projections.output(
                    context.wantsAttention()
                            ? everyPair(queries, keys, vectors, times(random, count, length), context)
                            : sparse(queries, keys, vectors, random, count, context)); // [B, T, E]
        }

        private Tensor random(int count, Context context) {
            Shape shape = Shape.of(value.heads.count(), count - 2L, value.random);
            Tensor blocks = context.drawn("blocks", () -> {
                if (value.drawing == Drawing.TRAINING && !context.isTraining()) {
                    return Tensor.zeros(shape, DType.INT64);
                }
                return Tensor.of(
                        value.drawn(context.place().toString(), count).stream()
                                .flatMap(List::stream)
                                .flatMap(List::stream)
                                .mapToLong(block -> block)
                                .toArray(),
                        shape.toArray());
            });
            if (!blocks.shape().equals(shape)) {
                throw new IllegalArgumentException(
                        context.place() + ": the blocks given are " + blocks.shape() + ", not " + shape);
            }
            return blocks;
        }

        private Tensor sparse(Tensor queries, Tensor keys, Tensor vectors, Tensor random, int count, Context context) {
            long batch = queries.size(0);
            long length = queries.size(2);
            long whole = (long) count * value.block;
            long inner = whole - 2L * value.block;
            Tensor q = padded(queries, whole);
            Tensor k = padded(keys, whole);
            Tensor v = padded(vectors, whole);
            Tensor real = real(batch, length, whole, context); // [B, N block]
            Chosen chosen = chosen(random, count);
            Tensor seen = real.reshape(batch, count, value.block)
                    .indexSelect(1, chosen.blocks.flatten(0, 2))
                    .reshape(batch, value.heads.count(), count - 2L, -1, value.block)
                    .logicalAnd(chosen.seen.unsqueeze(2)); // [B, H, N - 2, 5 + R, block]
            Tensor middle = AttentionKernel.blocks(
                            q.narrow(2, value.block, inner).reshape(-1, 1, value.block, projections.size),
                            gathered(k, chosen, count),
                            gathered(v, chosen, count),
                            seen.reshape(batch * value.heads.count() * (count - 2L), 1, 1, -1),
                            Optional.empty(),
                            score,
                            value.dropout,
                            context)
                    .reshape(batch, value.heads.count(), inner, projections.size);
            Tensor ends = AttentionKernel.blocks(
                    Tensor.cat(2, q.narrow(2, 0, value.block), q.narrow(2, whole - value.block, value.block)),
                    k,
                    v,
                    real.unsqueeze(1).unsqueeze(1),
                    Optional.empty(),
                    score,
                    value.dropout,
                    context);
            return Tensor.cat(
                            2, ends.narrow(2, 0, value.block), middle, ends.narrow(2, value.block, value.block))
                    .narrow(2, 0, length); // [B, H, T, D]
        }

        /// The blocks of keys of each block of queries.
        ///
        /// @param blocks [H, N - 2, 5 + R]
        /// @param seen whether it is none that stands there already [N - 2, 5 + R]
        private record Chosen(Tensor blocks, Tensor seen) {}

        private Chosen chosen(Tensor random, int count) {
            int each = 5 + value.random;
            long[] blocks = new long[5 * (count - 2)];
            boolean[] seen = new boolean[each * (count - 2)];
            for (int n = 1; n < count - 1; n++) {
                long[] near = {0, n - 1L, n, n + 1L, count - 1L};
                System.arraycopy(near, 0, blocks, 5 * (n - 1), 5);
                for (int i = 0; i < each; i++) {
                    seen[each * (n - 1) + i] = !(i == 1 && n == 1 || i == 3 && n == count - 2);
                }
            }
            Tensor fixed = Tensor.of(blocks, 1, count - 2L, 5).expand(value.heads.count(), count - 2L, 5);
            return new Chosen(Tensor.cat(2, fixed, random), Tensor.of(seen, count - 2L, each));
        }

        /// [B, H, N block, D] → [B H (N - 2), 1, (5 + R) block, D]
        private Tensor gathered(Tensor x, Chosen chosen, int count) {
            long heads = value.heads.count();
            Tensor first = Tensor.arange(0, heads).mul((double) count).to(DType.INT64).reshape(heads, 1, 1);
            return x.reshape(x.size(0), heads * count, (long) value.block * projections.size)
                    .indexSelect(1, chosen.blocks.add(first).flatten(0, 2))
                    .reshape(x.size(0) * heads * (count - 2L), 1, -1, projections.size);
        }

        private static Tensor padded(Tensor x, long whole) {
            long missing = whole - x.size(2);
            return missing == 0
                    ? x
                    : Tensor.cat(
                            2,
                            x,
                            Tensor.zeros(Shape.of(x.size(0), x.size(1), missing, x.size(3)), x.dtype())
                                    .to(x.device()));
        }

        private static Tensor real(long batch, long length, long whole, Context context) {
            Tensor keep = context.keep().orElseGet(() -> Tensor.ones(Shape.of(batch, length), DType.BOOL));
            return whole == length
                    ? keep
                    : Tensor.cat(1, keep, Tensor.zeros(Shape.of(batch, whole - length), DType.BOOL));
        }

        /// How often each token counts each other, [1, H, T, T].
        private Tensor times(Tensor random, int count, int length) {
            long[] drawn = random.toLongs();
            int heads = value.heads.count();
            double[] times = new double[heads * count * count];
            for (int i = 0; i < times.length; i++) {
                int n = i / count % count;
                int other = i % count;
                boolean sees = n == 0 || n == count - 1 || other == 0 || other == count - 1;
                times[i] = sees || Math.abs(other - n) <= 1 ? 1 : 0;
            }
            for (int i = 0; i < drawn.length; i++) {
                int row = i / value.random;
                int n = row % (count - 2) + 1;
                times[(row / (count - 2) * count + n) * count + (int) drawn[i]]++;
            }
            return Tensor.of(times, 1, heads, count, count)
                    .repeatInterleave(value.block, 2)
                    .repeatInterleave(value.block, 3)
                    .narrow(2, 0, length)
                    .narrow(3, 0, length);
        }

        /// The same by all pairs, so that their weights can be shown.
        private Tensor everyPair(Tensor queries, Tensor keys, Tensor vectors, Tensor times, Context context) {
            Tensor seen = times.ne(0);
            Tensor allowed = context.keep()
                    .map(keep -> seen.logicalAnd(keep.unsqueeze(1).unsqueeze(1)))
                    .orElse(seen);
            Tensor weights = AttentionKernel.weights(
                    AttentionKernel.wide(queries),
                    AttentionKernel.wide(keys),
                    Optional.of(allowed),
                    Optional.of(times.clampMin(1).log().to(queries.dtype().widened())),
                    score);
            context.show("times", times);
            context.show("attention", weights.to(queries.dtype()));
            return AttentionKernel.gathered(
                    context.dropout(weights, value.dropout).to(queries.dtype()), vectors);
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double heads = value.heads.count();
            boolean exact = load.length() <= value.exact();
            double near = (5.0 + value.random) * value.block;
            double ends = 2.0 * load.batch() * value.block * load.length();
            double pairs = exact ? rows * load.length() : rows * near + ends;
            return Cost.flops(projections.flops(rows) + heads * pairs * (4.0 * projections.size + 5))
                    .saving(projections.saved(rows, value.heads)
                            + rows * heads * projections.size
                            + (exact ? 0 : 2 * rows * heads * projections.size * near / value.block));
        }
    }
}
