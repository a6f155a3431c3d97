package io.attend.position;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;

/// A position as something done to the embedding of the token that stands there.
public sealed interface AbsolutePosition
        permits AxialLearnedPosition,
                AxialSinusoidalPosition,
                ComplexPosition,
                ConcatenatedPosition,
                FourierPosition,
                LaplacianPosition,
                LearnedPosition,
                NoPosition,
                SinusoidalPosition {
    /// Embeddings [B, T, E] → embeddings that know where they stand [B, T, E].
    Layer build(Parameters parameters, int width);
}
