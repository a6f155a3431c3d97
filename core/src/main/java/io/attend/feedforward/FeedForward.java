package io.attend.feedforward;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;

/// What a block does to each position, mostly on its own, [B, T, E] → [B, T, E].
public sealed interface FeedForward
        permits ChunkedFeedForward,
                DenseFeedForward,
                GatedFeedForward,
                GroupedFeedForward,
                LowRankFeedForward,
                MixtureOfExperts,
                RwkvChannelMixing,
                ScaledFeedForward,
                SharedExpert,
                SharedFeedForward,
                SoftMixtureOfExperts {
    Layer build(Parameters parameters, int width);

    /// Whether no position depends on one behind it.
    default boolean causal() {
        return true;
    }

    /// Whether no position depends on another at all, nor on how many there are.
    default boolean local() {
        return true;
    }
}
