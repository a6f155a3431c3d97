package io.attend.attention;

import io.attend.layer.Context;
import io.attend.mask.Mask.Reach;
import io.attend.position.RelativePosition;
import io.attend.score.Score;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// The one door to the engine's fused attention, and the explicit computation beside it for all that the fused
/// kernel cannot do exactly.
///
///     A = softmax(score(Q, K) + bias)  over the keys that are visible        Y = A V
///
/// Q [B, H, T, D], K and V [B, K, S, D] → Y [B, H, T, D]. A query that sees no key gets zeros, never NaN.
final class AttentionKernel {
    /*
     * The fused kernel never stores A, so its memory is linear in T; it is taken whenever the score is a scaled dot product,
     * nobody asks for A, and dropout is off. Its traps, kept here and tested:
     *  - its causal flag lines up the first query with the first key, so it is right only when there are as many queries as
     *    keys; a step of generation has one query and passes no flag, as it may see every key remembered;
     *  - on the processor its bfloat16 and float16 form is several times slower than float32, so halves
     *    are widened around it.
     */
    private AttentionKernel() {}

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
        boolean drops = context.isTraining() && dropout > 0;
        return score.scale().isPresent() && !drops && !position.gathers() && !context.wantsAttention()
                ? fused(queries, keys, values, visible, bias, score)
                : explicit(queries, keys, values, visible, bias, score, position, dropout, context);
    }

    static Tensor fused(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Context.Visible visible,
            Optional<Tensor> bias,
            Score.Built score) {
        DType dtype = queries.dtype();
        if (dtype.isFloating() && dtype.bytes() == 2 && queries.device().equals(Device.CPU)) {
            return fused(
                            queries.to(DType.FLOAT32),
                            keys.to(DType.FLOAT32),
                            values.to(DType.FLOAT32),
                            visible,
                            bias.map(b -> b.to(DType.FLOAT32)),
                            score)
                    .to(dtype);
        }
        boolean grouped = queries.size(1) != keys.size(1);
        if (bias.isEmpty()) {
            return queries.scaledDotProductAttention(
                    keys, values, visible.allowed(), visible.reach() == Reach.TRIANGLE, score.scale(), grouped);
        }
        Tensor added = bias.get();
        if (visible.reach() != Reach.ALL) {
            added = added.maskedFill(allowed(visible, queries, keys).logicalNot(), Double.NEGATIVE_INFINITY);
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
        long shared = queries.size(1) / keys.size(1);
        Tensor allKeys = shared == 1 ? keys : keys.repeatInterleave(shared, 1); // [B, H, S, D]
        Tensor allValues = shared == 1 ? values : values.repeatInterleave(shared, 1);
        Tensor scores = score.scores(queries, allKeys); // [B, H, T, S]
        if (bias.isPresent()) {
            scores = scores.add(bias.get());
        }
        Tensor weights;
        if (visible.reach() == Reach.ALL) {
            weights = scores.softmax(-1);
        } else {
            Tensor hidden = allowed(visible, queries, keys).logicalNot();
            weights = scores.maskedFill(hidden, Double.NEGATIVE_INFINITY)
                    .softmax(-1)
                    .maskedFill(hidden, 0);
        }
        context.show("attention", weights);
        weights = context.dropout(weights, dropout);
        Tensor y = weights.matmul(allValues); // [B, H, T, D]
        return position.gathered(weights, context).map(y::add).orElse(y);
    }

    private static Tensor allowed(Context.Visible visible, Tensor queries, Tensor keys) {
        return visible.allowed().orElseGet(() -> {
            Tensor rows = Tensor.arange(0, queries.size(2)).unsqueeze(1);
            return Tensor.arange(0, keys.size(2)).unsqueeze(0).le(rows); // [T, S], the triangle
        });
    }
}
