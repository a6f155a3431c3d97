package io.attend.attention;

import io.attend.layer.Growth;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// A way for each position of a sequence to gather what it needs from the others.
public sealed interface Attention
        permits BigBirdAttention,
                BlockwiseAttention,
                DifferentialAttention,
                DisentangledAttention,
                FactorizedAttention,
                FourierMixing,
                FunnelAttention,
                GatedDelta,
                LatentAttention,
                LinearAttention,
                Linformer,
                LocalAttention,
                LongformerAttention,
                LshAttention,
                MemoryAttention,
                MixedAttention,
                NgramAttention,
                NystromAttention,
                Retention,
                Synthesizer,
                TransformerXlAttention,
                TransientGlobalAttention,
                TwoStreamAttention {
    /// Attention of a sequence on itself, [B, T, E] → [B, T, E].
    Layer self(Parameters parameters, Site site);

    /// Whether no position gathers from one behind it, so that a model can generate from left to right.
    boolean causal();

    /// How far back the last of so many positions gathers from, itself included.
    default long hears(long length) {
        return length;
    }

    /// What its paper claims of long texts.
    default Growth growth() {
        return Growth.SOFTMAX;
    }

    /// The same in the size people use it in, to be measured and compared: so many heads, and its windows,
    /// blocks, features or learned places as its paper has them for texts of so many tokens.
    default Attention typical(int heads, long length) {
        return this;
    }

    /// Whether it keeps such lanes apart.
    default boolean takes(Lanes lanes) {
        return lanes == Lanes.ONE;
    }
}
