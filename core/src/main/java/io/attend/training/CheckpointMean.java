package io.attend.training;

import io.attend.value.Source;

/// The finished model has the mean of the weights of the last checkpoints, which lie about the same valley:
/// often a little better than any of them, and steadier. The paper averaged the last 5, written ten minutes
/// apart.
///
///     θ = (1 / n) Σ θ of the last n checkpoints
///
/// @param checkpoints how many, n; all there are if they are fewer
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record CheckpointMean(int checkpoints) implements Selection {
    public static final CheckpointMean EXAMPLE = new CheckpointMean(5);

    public CheckpointMean {
        if (checkpoints < 2) {
            throw new IllegalArgumentException(
                    "a mean of " + checkpoints + " checkpoints is none; take at least 2, or LastStep");
        }
    }

    @Override
    public int newest() {
        return checkpoints;
    }

    @Override
    public Selection.Built build() {
        return saved -> saved.subList(Math.max(0, saved.size() - checkpoints), saved.size());
    }
}
