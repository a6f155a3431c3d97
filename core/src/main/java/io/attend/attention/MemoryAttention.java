package io.attend.attention;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// An attention that can also gather from another sequence: a decoder's view of its encoder.
public sealed interface MemoryAttention extends Attention permits SoftmaxAttention {
    /// Attention on the context's memory, [B, T, E] and memory [B, S, M] → [B, T, E].
    Layer cross(Parameters parameters, Site site);
}
