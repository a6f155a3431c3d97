package io.attend.router;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// The z-loss of Hugging Face's Switch: the mean over layers too, of every stack for itself.
///
///     loss = Σ over stacks of mean over layers and positions of (log Σᵢ exp(logitᵢ))²
///
/// Padding counts where routers count it. It is what that library computes, so that its losses can be
/// reproduced; for a new model take RouterZ.
@Source(paper = "ST-MoE: Designing Stable and Transferable Sparse Expert Models", arxiv = "2202.08906")
public record SequenceZ() implements RouterLoss {
    public static final SequenceZ EXAMPLE = new SequenceZ();

    @Override
    public Tensor of(List<Routing> routings) {
        return RouterLoss.stacks(routings).stream()
                .map(layers -> new RouterZ().of(layers).div(layers.size()))
                .reduce(Tensor::add)
                .orElseThrow();
    }
}
