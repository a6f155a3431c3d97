package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.score.Score;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// The attention of global tokens on all others, by projections of their own.
final class GlobalAttention {
    private final int size;
    private final Linear query;
    private final Linear key;
    private final Linear values;

    GlobalAttention(Parameters parameters, int heads, int size, int width) {
        this.size = size;
        Linear.Size in = Linear.Size.from(width).to((long) heads * size);
        this.query = new Linear(parameters.in("query"), in, Bias.ADDED);
        this.key = new Linear(parameters.in("key"), in, Bias.ADDED);
        this.values = new Linear(parameters.in("value"), in, Bias.ADDED);
    }

    /// Global tokens, as many of each text as the text with most of them has.
    ///
    /// @param tokens truth values [B, T]
    /// @param rows where they stand [B, G]; behind the last of a text some token that is not global
    record Chosen(Tensor tokens, Tensor rows) {
        /// @param by what chose them, for what several layers have in common
        static Optional<Chosen> of(Tensor tokens, Object by, Context context) {
            Tensor rows = context.once(new Rows(by), () -> rows(tokens));
            return rows.size(1) == 0 ? Optional.empty() : Optional.of(new Chosen(tokens, rows));
        }

        private static Tensor rows(Tensor tokens) {
            long most = (long) tokens.to(DType.INT64)
                    .sum(1, Tensor.Axis.DROPPED)
                    .amax(0, Tensor.Axis.DROPPED)
                    .item();
            Tensor places = Tensor.arange(0, tokens.size(1)).to(tokens.device()).unsqueeze(0);
            Tensor order = places.add(tokens.logicalNot().to(DType.INT64).mul((double) tokens.size(1)));
            return order.transpose(0, 1).argsort().narrow(0, 0, most).transpose(0, 1);
        }

        /// Whether a row is a global token, [B, G].
        Tensor real() {
            return tokens.gather(1, rows);
        }

        /// Of [B, H, T, D] those rows, [B, H, G, D].
        Tensor of(Tensor x) {
            return x.gather(2, everyHead(x.size(1), x.size(3)));
        }

        /// y [B, H, T, D] with the rows of global tokens from `own` [B, H, G, D].
        Tensor into(Tensor y, Tensor own) {
            Tensor hidden = tokens.unsqueeze(1).unsqueeze(3); // [B, 1, T, 1]
            Tensor none = real().logicalNot().unsqueeze(1).unsqueeze(3); // [B, 1, G, 1]
            Tensor placed = Tensor.zeros(y.shape(), y.dtype())
                    .to(y.device())
                    .scatterAdd(2, everyHead(y.size(1), y.size(3)), own.maskedFill(none, 0));
            return y.maskedFill(hidden, 0).add(placed);
        }

        private Tensor everyHead(long heads, long size) {
            return rows.reshape(rows.size(0), 1, rows.size(1), 1).expand(rows.size(0), heads, rows.size(1), size);
        }
    }

    private record Rows(Object by) {}

    /// What global tokens weigh, [B, H, G, T].
    Tensor weights(Tensor x, Chosen chosen, Score.Built score, Context context) {
        Tensor asking = x.gather(
                1,
                chosen.rows.unsqueeze(2).expand(x.size(0), chosen.rows.size(1), x.size(2))); // [B, G, E]
        return AttentionKernel.weights(
                AttentionKernel.wide(Projections.split(query.forward(asking), size)),
                AttentionKernel.wide(Projections.split(key.forward(x), size)),
                context.keep().map(keep -> keep.unsqueeze(1).unsqueeze(1)),
                Optional.empty(),
                score);
    }

    /// What they gather by these weights, [B, H, G, D].
    Tensor gathered(Tensor x, Tensor weights) {
        Tensor vectors = Projections.split(values.forward(x), size);
        return AttentionKernel.gathered(weights.to(vectors.dtype()), vectors);
    }

    double flops(double rows, double global) {
        return query.flops(global) + key.flops(rows) + values.flops(rows);
    }
}
