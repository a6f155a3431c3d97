package io.attend.recurrence;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// A branch that goes through a sequence step by step, [B, T, E] → [B, T, E], T steps one after another.
/// Padding is stepped over, and gives zeros.
public sealed interface Recurrence permits BahdanauRecurrence, Gru, LuongRecurrence, Lstm {
    Layer build(Parameters parameters, Site site);

    /// Whether no position depends on one behind it.
    boolean causal();
}
