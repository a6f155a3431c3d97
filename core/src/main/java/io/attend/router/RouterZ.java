package io.attend.router;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// Keeps the scores of routers small, so that their exponentials are exact in few bits.
///
///     loss = Σ over layers of mean over tokens of (log Σᵢ exp(logitᵢ))²
///
/// over the tokens that are not padding. Names: the paper's z-loss, times 0.001.
@Source(paper = "ST-MoE: Designing Stable and Transferable Sparse Expert Models", arxiv = "2202.08906")
public record RouterZ() implements RouterLoss {
    public static final RouterZ EXAMPLE = new RouterZ();

    @Override
    public Tensor of(List<Routing> routings) {
        return RouterLoss.some(routings).stream()
                .map(routing -> routing.logits()
                        .logsumexp(-1, Tensor.Axis.KEPT)
                        .square()
                        .mul(routing.shares())
                        .sum())
                .reduce(Tensor::add)
                .orElseThrow();
    }
}
