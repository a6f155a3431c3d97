package io.attend.feedforward;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;

/// What a block does to each position on its own, [B, T, E] → [B, T, E].
public sealed interface FeedForward permits DenseFeedForward {
    Layer build(Parameters parameters, int width);
}
