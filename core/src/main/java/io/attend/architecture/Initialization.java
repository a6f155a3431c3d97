package io.attend.architecture;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;

/// What an untrained model's weights start as.
public sealed interface Initialization permits LayerInitialization, NormalInitialization, T5Initialization {
    /// How one weight of the architecture starts.
    Initializer of(Parameter parameter, Architecture architecture);
}
