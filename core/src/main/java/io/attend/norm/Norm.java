package io.attend.norm;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;

/// How a vector is brought to a standard size.
public sealed interface Norm permits BatchNorm, LayerNorm, NoNorm, PowerNorm, RmsNorm, RunningPowerNorm, ScaleNorm {
    Layer build(Parameters parameters, int width);
}
