package io.attend.router;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A token goes to the experts of its k highest scores.
///
///     p = softmax(W x)        weights = p at the k largest, divided by their sum if gates are `renormalized`
///
/// x [B, T, E] → k of X experts. Time 2·T·E·X operations. Mixtral takes 2 of 8, renormalised, without a
/// limit; GLaM 2 of 64 with a capacity factor of 2; DeepSeek and Qwen many small ones with the plain
/// `softmax`. A choice that finds its expert full is dropped, and the others keep their weights.
@Source(paper = "Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer", arxiv = "1701.06538")
public record TopKRouter(
        int choices,
        @Default("\"renormalized\"") Gates gates,
        @Default("\"UnlimitedCapacity\"") Capacity capacity) implements Router {
    public static final TopKRouter EXAMPLE = new TopKRouter(2, Gates.RENORMALIZED, new UnlimitedCapacity());
    public static final TopKRouter GLAM = new TopKRouter(2, Gates.RENORMALIZED, new CapacityFactor(2));

    /// What the results of the chosen experts count.
    public enum Gates {
        /// Their probabilities among the chosen, which sum to 1.
        RENORMALIZED,
        /// Their probabilities among all.
        SOFTMAX
    }

    public TopKRouter {
        if (choices < 1) {
            throw new IllegalArgumentException("a token must go to at least 1 expert, not " + choices);
        }
    }

    @Override
    public boolean local() {
        return !capacity.isLimited();
    }

    @Override
    public Router.Built build(Parameters parameters, int width, int experts) {
        Scores scores = new Scores(parameters, width, experts, choices);
        return new Router.Built() {
            @Override
            public Routes route(Tensor x, Context context) {
                Tensor logits = scores.logits(x); // [B, T, X]
                Tensor.Ranked best = logits.softmax(-1).topk(choices); // [B, T, k]
                Tensor weights = gates == Gates.RENORMALIZED
                        ? best.values().div(best.values().sum(-1, Tensor.Axis.KEPT))
                        : best.values();
                Tensor placed = scores.placed(best.indices(), capacity, context);
                scores.report(logits, best.indices(), placed, context);
                return new Routes(placed, weights.to(x.dtype()), Optional.empty());
            }

            @Override
            public Cost cost(Load load) {
                return scores.cost(load);
            }
        };
    }
}
