package io.attend.router;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// What learned routers have in common: a score for each expert, and who still finds room.
///
///     logits = W x        probabilities = softmax(logits), in float32 also in a model of halves
final class Scores {
    private final Linear linear;
    private final int experts;
    private final int width;

    Scores(Parameters parameters, int width, int experts, int choices) {
        this(parameters, width, experts, choices, Bias.NONE);
    }

    Scores(Parameters parameters, int width, int experts, int choices, Bias bias) {
        if (choices > experts) {
            throw parameters.refuse("a token cannot go to " + choices + " of " + experts
                    + " experts; choose at most as many as there are");
        }
        this.linear = new Linear(parameters, Linear.Size.from(width).to(experts), bias);
        this.experts = experts;
        this.width = width;
    }

    /// [B, T, E] → [B, T, X].
    Tensor logits(Tensor x) {
        Tensor logits = linear.forward(x);
        return logits.to(logits.dtype().widened());
    }

    /// The same choices [B, T, k], with X in place of those of padding, and of those that come after an
    /// expert is full.
    Tensor placed(Tensor chosen, Capacity capacity, Context context) {
        long length = chosen.size(1);
        long choices = chosen.size(2);
        Optional<Tensor> padding = context.keep()
                .map(keep -> keep.narrow(1, keep.size(1) - length, length)
                        .logicalNot()
                        .unsqueeze(2));
        Tensor placed = padding.isPresent() ? chosen.maskedFill(padding.get(), experts) : chosen;
        if (!capacity.isLimited()) {
            return placed;
        }
        Tensor line = placed.flatten(1, 2).unsqueeze(2); // [B, T k, 1], in the order in which they ask
        Tensor asks = line.eq(Tensor.arange(0, experts + 1)).to(DType.INT64); // [B, T k, X + 1]
        Tensor turn = asks.cumsum(1).gather(2, line); // [B, T k, 1], the how-manieth to ask this expert
        Tensor late = turn.sub(capacity.of(length, (int) choices, experts)).gt(Tensor.zeros(Shape.of(1), DType.INT64));
        return line.maskedFill(late, experts).reshape(chosen.size(0), length, choices);
    }

    /// Leaves word of where tokens went.
    void report(Tensor logits, Tensor chosen, Tensor placed, Context context) {
        long length = chosen.size(1);
        context.report(new Routing(
                context.place(),
                context.lasting(logits),
                context.lasting(chosen),
                context.lasting(placed),
                context.keep().map(keep -> context.lasting(keep.narrow(1, keep.size(1) - length, length)))));
    }

    Cost cost(Load load) {
        return Cost.flops(linear.flops(load.rows()) + 5 * load.rows() * experts)
                .saving(load.rows() * (width + 2 * experts));
    }
}
