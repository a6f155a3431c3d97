package io.attend.router;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// The Switch Transformer's balance loss, of every layer for itself.
///
///     loss = Σ over layers of X · Σᵢ fᵢ · Pᵢ
///
/// fᵢ is the share of tokens that want expert i first, Pᵢ the mean probability it gets, both over the tokens
/// that are not padding. 1 a layer when use is even. Names: the paper multiplies by α, 0.01.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record LayerBalance() implements RouterLoss {
    public static final LayerBalance EXAMPLE = new LayerBalance();

    @Override
    public Tensor of(List<Routing> routings) {
        return RouterLoss.some(routings).stream()
                .map(routing -> {
                    Tensor shares = routing.shares(); // [B, T, 1]
                    Tensor probable = routing.logits()
                            .softmax(-1)
                            .mul(shares)
                            .flatten(0, 1)
                            .sum(0, Tensor.Axis.DROPPED);
                    Tensor wanted = routing.chosen()
                            .narrow(2, 0, 1)
                            .eq(Tensor.arange(0, routing.experts()))
                            .to(shares.dtype())
                            .mul(shares)
                            .flatten(0, 1)
                            .sum(0, Tensor.Axis.DROPPED); // [X]
                    return probable.mul(wanted).sum().mul(routing.experts());
                })
                .reduce(Tensor::add)
                .orElseThrow();
    }
}
