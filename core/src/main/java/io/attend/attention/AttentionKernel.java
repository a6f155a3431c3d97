package io.attend.attention;

import io.attend.layer.Context;
import io.attend.mask.Mask.Reach;
import io.attend.position.RelativePosition;
import io.attend.score.Score;
import io.attend.tensor.Autocast;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Recompute;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The one door to the engine's fused attention, and two ways beside it for all that the fused kernel cannot do
/// exactly.
///
///     A = softmax(score(Q, K) + bias)  over the keys that are visible        Y = A V
///
/// Q [B, H, T, D], K and V [B, K, S, D] → Y [B, H, T, D], queries and keys as their score has prepared them. A
/// query that sees no key gets zeros, never NaN. H / K query heads share a key head without copies of it.
final class AttentionKernel {
    /*
     * The fused kernel [1] never stores A, so its memory is linear in T; it is taken whenever the score is a scaled dot
     * product, nobody asks for A, and dropout is off. Its traps, kept here and tested:
     *  - its causal flag lines up the first query with the first key, so it is right only when there are as many queries as
     *    keys; a step of generation has one query and passes no flag, as it may see every key remembered;
     *  - on the processor its bfloat16 and float16 form is several times slower than float32, so halves
     *    are widened around it, and mixed precision stops at it.
     * All else is computed as it is written, in float32 at least, since scores of halves overflow: at once where A is
     * small, otherwise a few queries at a time [2], forgetting their scores; the backward pass computes them again. Its
     * memory is linear in T too, as far as bias and mask are not themselves [T, S].
     *
     * [1] FlashAttention, 2205.14135  [2] Self-attention Does Not Need O(n²) Memory, 2112.05682
     */
    private AttentionKernel() {}

    /// As many scores as may exist at a time, [B, H, T, S] in all: what a processor's cache holds.
    static final long MOST_SCORES = 1 << 20;

    enum Way {
        FUSED,
        EXPLICIT,
        CHUNKED
    }

    /// The way that is taken.
    static Way way(long scores, Score.Built score, RelativePosition.Built position, double dropout, Context context) {
        boolean drops = context.isTraining() && dropout > 0;
        if (score.scale().isPresent() && !drops && !position.gathers() && !context.wantsAttention()) {
            return Way.FUSED;
        }
        return scores > MOST_SCORES && !position.gathers() && !context.wantsAttention() ? Way.CHUNKED : Way.EXPLICIT;
    }

    static Tensor attend(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Context.Visible visible,
            Optional<Tensor> bias,
            Score.Built score,
            RelativePosition.Built position,
            double dropout,
            Context context) {
        long row = queries.size(0) * queries.size(1) * keys.size(2);
        return switch (way(row * queries.size(2), score, position, dropout, context)) {
            case FUSED -> fused(queries, keys, values, visible, bias, score);
            case EXPLICIT -> explicit(queries, keys, values, visible, bias, score, position, dropout, context);
            case CHUNKED ->
                chunked(queries, keys, values, visible, bias, score, dropout, context, Math.max(1, MOST_SCORES / row));
        };
    }

    /// Attention of blocks, each a row of the batch with keys of its own: queries [R, H, C, D], keys and values
    /// [R, K, M, D] and what is `allowed` [R, 1, C, M] → [R, H, C, D]. Nobody observes it. What dropout makes it
    /// keep is linear in the queries, so it is never computed twice.
    static Tensor blocks(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Tensor allowed,
            Optional<Tensor> bias,
            Score.Built score,
            double dropout,
            Context context) {
        Context.Visible visible = new Context.Visible(Reach.SOME, Optional.of(allowed));
        if (score.scale().isPresent() && !(context.isTraining() && dropout > 0)) {
            return fused(queries, keys, values, visible, bias, score);
        }
        Tensor weights = weights(wide(queries), wide(keys), Optional.of(allowed), bias, score); // [R, H, C, M]
        return gathered(context.dropout(weights, dropout), wide(values)).to(queries.dtype());
    }

    static Tensor fused(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Context.Visible visible,
            Optional<Tensor> bias,
            Score.Built score) {
        DType dtype = queries.dtype();
        boolean casts = Autocast.products(Device.Kind.CPU).isPresent();
        if ((casts || dtype.bytes() == 2) && queries.device().equals(Device.CPU)) {
            try (Autocast _ = Autocast.open(Device.Kind.CPU, Optional.empty())) {
                return fused(wide(queries), wide(keys), wide(values), visible, bias.map(AttentionKernel::wide), score)
                        .to(values.dtype());
            }
        }
        boolean grouped = queries.size(1) != keys.size(1);
        if (bias.isEmpty()) {
            return queries.scaledDotProductAttention(
                    keys, values, visible.allowed(), visible.reach() == Reach.TRIANGLE, score.scale(), grouped);
        }
        Tensor added = bias.get().to(dtype);
        if (visible.reach() != Reach.ALL) {
            Tensor allowed = allowed(visible, 0, queries.size(2), keys.size(2)).orElseThrow();
            added = added.maskedFill(allowed.logicalNot(), Double.NEGATIVE_INFINITY);
        }
        return queries.scaledDotProductAttention(keys, values, Optional.of(added), false, score.scale(), grouped);
    }

    static Tensor explicit(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Context.Visible visible,
            Optional<Tensor> bias,
            Score.Built score,
            RelativePosition.Built position,
            double dropout,
            Context context) {
        Optional<Tensor> allowed = allowed(visible, 0, queries.size(2), keys.size(2));
        Tensor scores = scores(wide(queries), wide(keys), bias, score); // [B, H, T, S]
        if (context.wantsAttention()) {
            context.show(
                    "scores",
                    allowed.map(seen -> scores.maskedFill(seen.logicalNot(), Double.NEGATIVE_INFINITY))
                            .orElse(scores));
        }
        Tensor weights = score.weights(normalized(scores, allowed)); // [B, H, T, S]
        context.show("attention", weights.to(queries.dtype()));
        weights = context.dropout(weights, dropout);
        Tensor y = gathered(weights, wide(values)).to(queries.dtype()); // [B, H, T, D]
        return position.gathered(weights.to(queries.dtype()), context)
                .map(y::add)
                .orElse(y);
    }

    /// Attention by scores [B, H, T, S] that no query and key made.
    static Tensor weighted(Tensor scores, Tensor values, Context.Visible visible, double dropout, Context context) {
        Optional<Tensor> allowed = allowed(visible, 0, scores.size(2), scores.size(3));
        Tensor weights = normalized(wide(scores), allowed)
                .expand(values.size(0), scores.size(1), scores.size(2), scores.size(3));
        context.show("attention", weights.to(values.dtype()));
        return gathered(context.dropout(weights, dropout), wide(values)).to(values.dtype()); // [B, H, T, D]
    }

    /// As [#explicit], `step` queries at a time.
    static Tensor chunked(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Context.Visible visible,
            Optional<Tensor> bias,
            Score.Built score,
            double dropout,
            Context context,
            long step) {
        List<Tensor> inputs = new ArrayList<>(List.of(queries, keys, values));
        bias.ifPresent(inputs::add);
        long all = keys.size(2); // the tensors themselves may be gone when a part is computed again
        DType dtype = queries.dtype();
        Recompute.Part part = (given, start, length) -> {
            long seen = visible.reach() == Reach.TRIANGLE ? start + length : all;
            Tensor weights = weights(
                    wide(given.get(0).narrow(2, start, length)),
                    wide(given.get(1).narrow(2, 0, seen)),
                    allowed(visible, start, length, seen),
                    bias.map(_ -> part(given.get(3), start, length, seen)),
                    score); // [B, H, length, seen]
            return gathered(context.dropout(weights, dropout), wide(given.get(2).narrow(2, 0, seen)))
                    .to(dtype);
        };
        return context.recomputed(part, new Recompute.Parts(2, queries.size(2), step), inputs); // [B, H, T, D]
    }

    /// Softmax of the scores [B, H, T, S] over the keys that are allowed.
    static Tensor weights(
            Tensor queries, Tensor keys, Optional<Tensor> allowed, Optional<Tensor> bias, Score.Built score) {
        return score.weights(normalized(scores(queries, keys, bias, score), allowed));
    }

    private static Tensor scores(Tensor queries, Tensor keys, Optional<Tensor> bias, Score.Built score) {
        Tensor scores = score.scores(queries, keys); // [B, H, T, S]
        return bias.map(scores::add).orElse(scores);
    }

    /// Softmax over the keys that are allowed; zeros where none is.
    private static Tensor normalized(Tensor scores, Optional<Tensor> allowed) {
        if (allowed.isEmpty()) {
            return scores.softmax(-1);
        }
        Tensor hidden = allowed.get().logicalNot();
        return scores.maskedFill(hidden, Double.NEGATIVE_INFINITY).softmax(-1).maskedFill(hidden, 0);
    }

    /// A V → [B, H, T, D], the query heads on one key head folded into one.
    static Tensor gathered(Tensor weights, Tensor values) {
        long heads = weights.size(1);
        long shared = values.size(1);
        return heads == shared
                ? weights.matmul(values)
                : weights.reshape(weights.size(0), shared, -1, weights.size(3))
                        .matmul(values)
                        .reshape(weights.size(0), heads, weights.size(2), values.size(3));
    }

    /// Halves as float32.
    static Tensor wide(Tensor x) {
        return x.dtype().bytes() == 2 ? x.to(DType.FLOAT32) : x;
    }

    /// Which of `seen` keys some queries see; absent if all.
    private static Optional<Tensor> allowed(Context.Visible visible, long start, long length, long seen) {
        return switch (visible.reach()) {
            case ALL -> Optional.empty();
            case SOME -> visible.allowed().map(allowed -> part(allowed, start, length, seen));
            case TRIANGLE ->
                Optional.of(Tensor.arange(0, seen)
                        .unsqueeze(0)
                        .le(Tensor.arange(start, start + length).unsqueeze(1))); // [length, seen]
        };
    }

    /// The part of [..., T, S], either of which may be 1, for some queries and keys.
    private static Tensor part(Tensor pairs, long start, long length, long seen) {
        Tensor rows = pairs.size(-2) == 1 ? pairs : pairs.narrow(pairs.rank() - 2, start, length);
        return rows.size(-1) == 1 ? rows : rows.narrow(rows.rank() - 1, 0, seen);
    }
}
