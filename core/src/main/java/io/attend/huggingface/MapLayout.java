package io.attend.huggingface;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// How a class lays out the maps of sparse attention, which Attend shows as all pairs.
public interface MapLayout {
    /// A map as the class gives it.
    ///
    /// @param rows whether each row of it means something, its axes but the last in one line; absent where all
    ///     do that are no padding
    record Laid(Tensor map, Optional<boolean[]> rows) {}

    /// What is known of a pass.
    ///
    /// @param keep [B, T] truth values, false at padding
    /// @param global [B, T] truth values, tokens that see all
    record Pass(Optional<Tensor> keep, Optional<Tensor> global) {}

    /// The map of a layer.
    ///
    /// @param pairs [B, H, T, S]
    Laid of(int layer, Tensor pairs, Pass pass);

    /// What global tokens see, where the class gives that apart.
    default Optional<Tensor> global(Tensor pairs, Pass pass) {
        return Optional.empty();
    }
}
