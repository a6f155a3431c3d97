package io.attend.router;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// The balance loss of Hugging Face's Switch: of every sequence for itself, the layers of a stack one behind
/// another.
///
///     loss = Σ over stacks of mean over sequences of X · Σᵢ fᵢ · Pᵢ
///
/// fᵢ is the share of the positions that were placed at expert i, a position without a place counting for
/// expert 0, Pᵢ the mean probability of expert i; padding counts in both. It is what that library computes,
/// so that its losses can be reproduced; for a new model take LayerBalance.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record SequenceBalance() implements RouterLoss {
    public static final SequenceBalance EXAMPLE = new SequenceBalance();

    @Override
    public Tensor of(List<Routing> routings) {
        return RouterLoss.stacks(routings).stream()
                .map(SequenceBalance::stack)
                .reduce(Tensor::add)
                .orElseThrow();
    }

    private static Tensor stack(List<Routing> layers) {
        long experts = layers.getFirst().experts();
        Tensor logits = Tensor.cat(1, layers.stream().map(Routing::logits).toArray(Tensor[]::new)); // [B, L T, X]
        Tensor placed = Tensor.cat(1, layers.stream().map(Routing::placed).toArray(Tensor[]::new)); // [B, L T, 1]
        Tensor counted = placed.maskedFill(placed.eq(experts), 0)
                .eq(Tensor.arange(0, experts))
                .to(logits.dtype())
                .mean(1, Tensor.Axis.DROPPED); // [B, X]
        Tensor probable = logits.softmax(-1).mean(1, Tensor.Axis.DROPPED); // [B, X]
        return counted.mul(probable).mean().mul((double) experts * experts);
    }
}
