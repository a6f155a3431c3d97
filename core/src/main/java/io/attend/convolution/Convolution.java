package io.attend.convolution;

import io.attend.layer.Growth;
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

    /// What its paper claims of long texts.
    default Growth growth() {
        return Growth.LINEAR;
    }

    /// The same in the size people use it in, to be measured and compared.
    default Convolution typical(long length) {
        return this;
    }
}
