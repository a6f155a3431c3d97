package io.attend.architecture;

import io.attend.layer.Growth;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// One branch of a block: what is computed and added to the stream.
public sealed interface Sublayer permits Convolve, CrossAttention, Feed, Recur, SelfAttention {
    Layer build(Parameters parameters, Site site);

    /// Whether it keeps such lanes apart.
    default boolean takes(Lanes lanes) {
        return lanes == Lanes.ONE;
    }

    /// What it is, for an error.
    default String what() {
        return "a " + getClass().getSimpleName();
    }

    /// What it is called in the paths of parameters.
    String name();

    /// Whether no position depends on one behind it.
    boolean causal();

    /// Steps that must wait for each other when so many positions go through at once: 1, and in a recurrence
    /// as many, unless its steps are linear.
    default long steps(long length) {
        return 1;
    }

    /// Positions to one side that one hears of in one application, itself included: all in attention, those of
    /// its window in a convolution, 2 in a recurrence, where each hears the one before; 1 where each is by
    /// itself.
    default long hears(long length) {
        return 1;
    }

    /// What is claimed of it on long texts.
    default Growth growth() {
        return Growth.LINEAR;
    }

    /// The same in the size people use it in for texts of so many tokens.
    default Sublayer typical(int heads, long length) {
        return this;
    }
}
