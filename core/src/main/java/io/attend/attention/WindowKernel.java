package io.attend.attention;

import io.attend.layer.Context;
import io.attend.mask.Band;
import io.attend.mask.Mask;
import io.attend.score.Score;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Attention of queries on the keys near them, block by block: time and memory O(T·M) for M keys near a block
/// instead of O(T·S).
///
/// Q [B, H, T, D], K and V [B, K, S, D] → Y [B, H, T, D], as [AttentionKernel] has them.
final class WindowKernel {
    private WindowKernel() {}

    /// Keys that all queries see beside those near them.
    ///
    /// @param keys [B, K, G, D]
    /// @param values [B, K, G, D]
    /// @param seen [B, G] truth values
    record Shared(Tensor keys, Tensor values, Tensor seen) {}

    /// The band of a mask, where computing by it looks at fewer keys than there are.
    static Optional<Band> band(Mask mask, long queries, long keys, Context context) {
        boolean moved = mask.looksAtPlaces() && context.isPositioned(); // pieces begin where rows do
        return moved
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
            Score.Built score,
            double dropout,
            Context context) {
        long batch = queries.size(0);
        Blocks blocks = Blocks.of(band, queries.size(2), keys.size(2));
        Tensor near = context.once(
                new Near(mask, queries.size(2), keys.size(2), what),
                () -> blocks.everyRow(allowed(mask, blocks, seen, batch, context), batch)); // [B N, 1, C, M]
        Tensor y = AttentionKernel.blocks(
                blocks.queries(queries),
                shared.map(more -> blocks.beside(blocks.keys(keys), more.keys)).orElseGet(() -> blocks.keys(keys)),
                shared.map(more -> blocks.beside(blocks.keys(values), more.values))
                        .orElseGet(() -> blocks.keys(values)),
                shared.map(more -> Tensor.cat(3, near, everyQuery(more.seen, blocks)))
                        .orElse(near),
                Optional.empty(),
                score,
                dropout,
                context); // [B N, H, C, D]
        return blocks.joined(y);
    }

    private record Near(Mask mask, long queries, long keys, Object what) {}

    private static Tensor allowed(Mask mask, Blocks blocks, Optional<Tensor> seen, long batch, Context context) {
        Optional<Mask.Texts> texts = context.segments()
                .filter(_ -> mask.looksAtTexts())
                .map(all -> new Mask.Texts(
                        all.narrow(1, all.size(1) - blocks.back().count(), blocks.back().count())
                                .indexSelect(1, blocks.queryRows())
                                .reshape(batch, blocks.count(), blocks.size(), 1),
                        blocks.keys(all, batch)));
        Tensor near = mask.allowed(blocks.from(), blocks.to(), texts).logicalAnd(blocks.inside()); // [(B), N, C, M]
        return seen.map(keys -> near.logicalAnd(blocks.keys(keys, batch))).orElse(near);
    }

    /// [B, G] → [B N, 1, C, G]
    private static Tensor everyQuery(Tensor seen, Blocks blocks) {
        return seen.reshape(seen.size(0), 1, 1, 1, seen.size(1))
                .expand(seen.size(0), blocks.count(), 1, blocks.size(), seen.size(1))
                .flatten(0, 1);
    }
}
