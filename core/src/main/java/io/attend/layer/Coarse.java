package io.attend.layer;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// Where the positions of a pooled text stand: position i at i times the stride, or, where the first is apart
/// from the others, at 1 + (i − 1) times the stride.
///
/// @param stride how many positions of the text each stands for
/// @param apart whether the first stands for itself alone, as a `[CLS]` does, and has no distance from others
/// @param keys what is looked at where that is not yet pooled
public record Coarse(long stride, boolean apart, Optional<Finer> keys) {
    /// A text as it is.
    public static final Coarse NOT = new Coarse(1, false, Optional.empty());

    /// A text before it was pooled once more.
    ///
    /// @param values [B, S, E]
    /// @param keep [B, S] truth values, false at padding; absent when nothing is
    /// @param segments [B, S] int64; absent when there is one
    public record Finer(Tensor values, Optional<Tensor> keep, Optional<Tensor> segments, long stride) {}
}
