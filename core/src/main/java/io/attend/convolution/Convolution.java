package io.attend.convolution;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;

/// A branch in which each position looks at its neighbours, [B, T, E] → [B, T, E]. Padding is as if it were
/// not there.
public sealed interface Convolution permits ActivatedConvolution, ConformerConvolution, GatedConvolution {
    Layer build(Parameters parameters, int width);

    /// Positions from the first to the last that one sees, itself included.
    int span();

    /// Which neighbours a position sees.
    Reach reach();
}
