package io.attend.router;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// Mixtral's balance loss, over the tokens of all layers together.
///
///     loss = X · Σᵢ Σⱼ fᵢⱼ · Pᵢ
///
/// fᵢⱼ is the share of tokens whose j-th choice is expert i, Pᵢ the mean probability of expert i, both over
/// the real tokens of all layers at once. k, the number of choices, when use is even. Names: Hugging Face's
/// `load_balancing_loss_func`, times `router_aux_loss_coef`.
@Source(paper = "Mixtral of Experts", arxiv = "2401.04088")
public record BatchBalance() implements RouterLoss {
    public static final BatchBalance EXAMPLE = new BatchBalance();

    @Override
    public Tensor of(List<Routing> routings) {
        long experts = RouterLoss.some(routings).getFirst().experts();
        Tensor wanted = together(
                routings,
                routing -> routing.chosen()
                        .unsqueeze(3)
                        .eq(Tensor.arange(0, experts))
                        .to(routing.logits().dtype())
                        .sum(2, Tensor.Axis.DROPPED)); // [X], summed over choices
        Tensor probable = together(routings, routing -> routing.logits().softmax(-1)); // [X]
        return wanted.mul(probable).sum().mul(experts);
    }

    /// The mean of [B, T, X] over the real tokens of all layers, [X].
    private static Tensor together(List<Routing> routings, java.util.function.Function<Routing, Tensor> what) {
        Tensor sum = Tensor.zeros(
                Shape.of(routings.getFirst().experts()),
                routings.getFirst().logits().dtype());
        double count = 0;
        for (Routing routing : routings) {
            double real = routing.keep()
                    .map(keep -> keep.to(routing.logits().dtype()).sum().item())
                    .orElse((double) routing.logits().size(0) * routing.logits().size(1));
            count += real;
            sum = sum.add(what.apply(routing)
                    .mul(routing.shares())
                    .flatten(0, 1)
                    .sum(0, Tensor.Axis.DROPPED)
                    .mul(real));
        }
        return sum.div(Math.max(1, count));
    }
}
