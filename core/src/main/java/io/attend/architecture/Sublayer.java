package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;

/// One branch of a block: what is computed and added to the stream.
public sealed interface Sublayer permits Convolve, CrossAttention, Feed, Recur, SelfAttention {
    Layer build(Parameters parameters, Site site);

    /// What it is called in the paths of parameters.
    String name();

    /// Whether no position depends on one behind it.
    boolean causal();
}
