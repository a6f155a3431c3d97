package io.attend.architecture;

import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// One branch of a block: what is computed and added to the stream.
public sealed interface Sublayer permits CrossAttention, Feed, SelfAttention {
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
}
