package io.attend.router;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// A whole sequence goes to the same experts, those its mean vector scores highest: what is served then needs
/// only a few experts in memory.
///
///     p = softmax(W · mean(x))        weights = p at the k largest, divided by their sum
///
/// x [B, T, E] → k of X experts, over the tokens that are not padding. Time 2·E·X operations a sequence.
/// Every position depends on all others, so it is not for a stack that writes.
@Source(paper = "Beyond Distillation: Task-level Mixture-of-Experts for Efficient Inference", arxiv = "2110.03742")
public record SequenceRouter(int choices) implements Router {
    public static final SequenceRouter EXAMPLE = new SequenceRouter(2);

    public SequenceRouter {
        if (choices < 1) {
            throw new IllegalArgumentException("a sequence must go to at least 1 expert, not " + choices);
        }
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean local() {
        return false;
    }

    @Override
    public Router.Built build(Parameters parameters, int width, int experts) {
        Scores scores = new Scores(parameters, width, experts, choices);
        return new Router.Built() {
            @Override
            public Routes route(Tensor x, Context context) {
                long batch = x.size(0);
                long length = x.size(1);
                Tensor real = context.keep()
                        .map(keep ->
                                keep.narrow(1, keep.size(1) - length, length).to(x.dtype()))
                        .orElseGet(() -> Tensor.ones(Shape.of(batch, length), x.dtype()));
                Tensor count = real.sum(1, Tensor.Axis.KEPT).clampMin(1).unsqueeze(2); // [B, 1, 1]
                Tensor mean = x.mul(real.unsqueeze(2)).sum(1, Tensor.Axis.KEPT).div(count); // [B, 1, E]
                Tensor logits = scores.logits(mean); // [B, 1, X]
                Tensor.Ranked best = logits.softmax(-1).topk(choices);
                Tensor weights = best.values().div(best.values().sum(-1, Tensor.Axis.KEPT));
                Tensor chosen = best.indices().expand(batch, length, choices);
                Tensor placed = scores.placed(chosen, new UnlimitedCapacity(), context);
                scores.report(logits.expand(batch, length, experts), chosen, placed, context);
                return new Routes(
                        placed, weights.to(x.dtype()).expand(batch, length, choices), Optional.empty()); // [B, T, k]
            }

            @Override
            public Cost cost(Load load) {
                return scores.cost(Load.batch(load.batch())).plus(Cost.flops(2 * load.rows() * width));
            }
        };
    }
}
