package io.attend.layer;

import io.attend.tensor.Tensor;

/// Watches what flows through a model: hidden states and attention weights, by the place they appear at.
/// Attention computes its weights only for an observer that wants them, since the fused kernel never has them.
public interface Observer {
    /// @param what `embedding` [B, T, E], what enters a stack; `branch` [B, T, E], what a branch of a block
    ///     adds
    ///     to the stream; `hidden` [B, T, E], the stream behind a block; `output` [B, T, E], what leaves a
    ///     stack, behind its last norm; `narrowed` [B, T, e], that as a head makes it narrower; `attention`
    ///     [B, H, T, S], and `scores` [B, H, T, S], what its softmax is of, -∞ where hidden; `memory` [B, M,
    ///     E], what a layer takes along to the next segment of a text; `global` [B, T], tokens that see all,
    ///     where there are some; `times` [1, H, T, S], how often keys count, where that is not once
    void see(Place place, String what, Tensor tensor);

    /// Whether attention must take the slower way that has its weights.
    default boolean wantsAttention() {
        return true;
    }
}
