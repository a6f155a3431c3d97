package io.attend.recurrence;

import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// A branch that goes through a sequence step by step, [B, T, E] → [B, T, E], T steps one after another.
/// Padding is stepped over, and gives zeros.
public sealed interface Recurrence permits BahdanauRecurrence, Gru, LuongRecurrence, Lstm {
    Layer build(Parameters parameters, Site site);

    /// Whether no position depends on one behind it.
    boolean causal();

    /// Whether it needs a memory to look at or to start from.
    default boolean reads() {
        return false;
    }

    /// What its paper claims of long texts.
    default Growth growth() {
        return Growth.LINEAR;
    }

    /// The same in the size people use it in, to be measured and compared.
    default Recurrence typical(int heads, long length) {
        return this;
    }
}
