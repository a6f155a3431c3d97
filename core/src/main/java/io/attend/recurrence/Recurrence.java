package io.attend.recurrence;

import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// A branch that goes through a sequence step by step, [B, T, E] → [B, T, E]: T steps one after another, or,
/// where a step is linear in what it is handed, many positions at once. Padding is stepped over, and gives
/// zeros.
public sealed interface Recurrence
        permits BahdanauRecurrence, Gru, LuongRecurrence, Lstm, RwkvTimeMixing, SelectiveStateSpace, StateSpaceDuality {
    Layer build(Parameters parameters, Site site);

    /// Whether no position depends on one behind it.
    boolean causal();

    /// Whether a step is linear in what the one before hands on, so that steps need not wait for each other and
    /// every position hears each one before it as directly as its neighbour.
    default boolean linear() {
        return false;
    }

    /// Whether it needs a memory to look at or to start from.
    default boolean reads() {
        return false;
    }

    /// What its paper claims of long texts.
    default Growth growth() {
        return Growth.LINEAR;
    }

    /// The same in the size people use it in, to be measured and compared in a model of that width.
    default Recurrence typical(int width, int heads) {
        return this;
    }
}
