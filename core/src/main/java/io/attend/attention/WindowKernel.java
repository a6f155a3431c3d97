package io.attend.attention;

import io.attend.layer.Context;
import io.attend.mask.Band;
import io.attend.mask.Mask;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.Added;
import io.attend.score.Score;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.stream.LongStream;

/// Attention of queries on the keys near them, block by block: time and memory O(T·M) for M keys near a block
/// instead of O(T·S).
///
/// Q [B, H, T, D], K and V [B, K, S, D] → Y [B, H, T, D], as [AttentionKernel] has them.
final class WindowKernel {
    private WindowKernel() {}

    /// Keys that queries see beside those near them.
    ///
    /// @param keys [B, K, G, D]
    /// @param values [B, K, G, D]
    /// @param seen truth values [(B), 1, (T), G]
    /// @param bias of their scores [(B), H, T, G]
    record Shared(Tensor keys, Tensor values, Tensor seen, Optional<Tensor> bias) {}

    /// How scores are made, and what becomes of them.
    record Making(Score.Built score, RelativePosition.Built position, double dropout) {}

    /// The band of a mask, where computing by it looks at fewer keys than there are and gives the same.
    static Optional<Band> band(Mask mask, RelativePosition.Built position, long queries, long keys, Context context) {
        boolean piecewise = !position.gathers()
                && switch (position.added()) {
                    case NOTHING -> true;
                    case DISTANCE -> !context.isPositioned(); // distances are then not those of places
                    case PAIR -> false;
                };
        boolean moved = mask.looksAtPlaces() && context.isPositioned(); // pieces begin where rows do
        return !piecewise || moved
                ? Optional.empty()
                : mask.band()
                        .filter(band -> band.keys(queries) < keys)
                        .filter(band -> (keys - queries) % band.block() == 0);
    }

    /// @param seen which keys may be seen at all, [B, S] truth values
    /// @param what that is, for what several layers have in common
    static Tensor attend(
            Mask mask,
            Band band,
            Tensor queries,
            Tensor keys,
            Tensor values,
            Optional<Tensor> seen,
            Object what,
            Optional<Shared> shared,
            Making making,
            Context context) {
        long batch = queries.size(0);
        Blocks blocks = Blocks.of(band, queries.size(2), keys.size(2));
        Tensor near = context.once(
                new Near(mask, queries.size(2), keys.size(2), what),
                () -> blocks.everyRow(allowed(mask, blocks, seen, batch, context), batch)); // [B N, 1, C, M]
        Tensor own = blocks.keys(keys); // [B N, K, M, D]
        Tensor y = AttentionKernel.blocks(
                blocks.queries(queries),
                shared.map(more -> blocks.beside(own, more.keys)).orElse(own),
                shared.map(more -> blocks.beside(blocks.keys(values), more.values))
                        .orElseGet(() -> blocks.keys(values)),
                shared.map(more -> Tensor.cat(3, near, everyQuery(more.seen, blocks, batch)))
                        .orElse(near),
                bias(band, blocks, own, queries, shared, making.position, context),
                making.score,
                making.dropout,
                context); // [B N, H, C, D]
        return blocks.joined(y);
    }

    private record Near(Mask mask, long queries, long keys, Object what) {}

    private static Tensor allowed(Mask mask, Blocks blocks, Optional<Tensor> seen, long batch, Context context) {
        long queries = blocks.back().count();
        Optional<Mask.Texts> texts = context.segments()
                .filter(_ -> mask.looksAtTexts())
                .map(all -> new Mask.Texts(
                        all.narrow(1, all.size(1) - queries, queries)
                                .indexSelect(1, blocks.queryRows())
                                .reshape(batch, blocks.count(), blocks.size(), 1),
                        blocks.keys(all, batch)));
        Tensor near = mask.allowed(blocks.from(), blocks.to(), texts).logicalAnd(blocks.inside()); // [(B), N, C, M]
        return seen.map(keys -> near.logicalAnd(blocks.keys(keys, batch))).orElse(near);
    }

    /// [(B), 1, (T), G] → [B N, 1, C, G]
    private static Tensor everyQuery(Tensor seen, Blocks blocks, long batch) {
        return blocks.queries(seen.expand(batch, 1, blocks.back().count(), seen.size(3)));
    }

    /// What is added to the scores of a block, [1 or B N, H, C, M + G].
    private static Optional<Tensor> bias(
            Band band,
            Blocks blocks,
            Tensor own,
            Tensor queries,
            Optional<Shared> shared,
            RelativePosition.Built position,
            Context context) {
        Optional<Tensor> near = position.added() == Added.NOTHING
                ? Optional.empty()
                : Optional.of(context.once(new Bias(position, band, blocks.size(), blocks.keys()), () -> {
                    Tensor all = position.bias(own, own, context.unpadded().positioned(Optional.of(steps(band, blocks))))
                            .orElseThrow(); // [1, H, M or 1, M]
                    return all.size(2) == 1 ? all : all.narrow(2, band.behind(), blocks.size());
                }));
        Optional<Tensor> more = shared.flatMap(Shared::bias);
        if (shared.isEmpty() || near.isEmpty() && more.isEmpty()) {
            return near;
        }
        long rows = own.size(0);
        long heads = queries.size(1);
        Tensor added = more.map(bias -> blocks.queries(
                        bias.expand(rows / blocks.count(), heads, bias.size(2), bias.size(3))))
                .orElseGet(() -> Tensor.zeros(
                        Shape.of(rows, heads, blocks.size(), shared.get().keys().size(2)), own.dtype()));
        Tensor before = near.orElseGet(() -> Tensor.zeros(Shape.of(1, 1, 1, 1), own.dtype()))
                .expand(rows, heads, blocks.size(), blocks.keys());
        return Optional.of(Tensor.cat(3, before, added));
    }

    private record Bias(RelativePosition.Built position, Band band, long queries, long keys) {}

    /// Positions of the keys of any block, from the first on, [1, M].
    private static Tensor steps(Band band, Blocks blocks) {
        long[] steps = LongStream.range(0, blocks.keys()).map(m -> m * band.rate()).toArray();
        return Tensor.of(steps, 1, steps.length);
    }
}
