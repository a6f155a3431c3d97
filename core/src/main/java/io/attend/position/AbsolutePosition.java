package io.attend.position;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import java.util.OptionalInt;

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

    /// How many positions there are at most, if there is a bound.
    default OptionalInt longest() {
        return OptionalInt.empty();
    }
}
