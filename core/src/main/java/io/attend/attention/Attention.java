package io.attend.attention;

import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// A way for each position of a sequence to gather what it needs from the others.
public sealed interface Attention
        permits DifferentialAttention,
                DisentangledAttention,
                FourierMixing,
                GatedDelta,
                LatentAttention,
                LinearAttention,
                Linformer,
                MemoryAttention,
                MixedAttention,
                NgramAttention,
                Retention,
                Synthesizer,
                TwoStreamAttention {
    /// Attention of a sequence on itself, [B, T, E] → [B, T, E].
    Layer self(Parameters parameters, Site site);

    /// Whether no position gathers from one behind it, so that a model can generate from left to right.
    boolean causal();

    /// How far back the last of so many positions gathers from, itself included.
    default long hears(long length) {
        return length;
    }

    /// Whether it keeps such lanes apart.
    default boolean takes(Lanes lanes) {
        return lanes == Lanes.ONE;
    }
}
