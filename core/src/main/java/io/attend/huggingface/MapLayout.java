package io.attend.huggingface;

import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.function.Function;

/// How a class lays out what it shows of sparse attention, where Attend shows all pairs.
public interface MapLayout {
    /// A map as the class gives it.
    ///
    /// @param rows whether each row of it means something, its axes but the last in one line; absent where all
    ///     do that are no padding
    record Laid(Tensor map, Optional<boolean[]> rows) {}

    /// What is known of a pass.
    ///
    /// @param keep [B, T] truth values, false at padding
    /// @param shows what the layer showed beside its map, by name
    record Pass(Optional<Tensor> keep, Function<String, Optional<Tensor>> shows) {
        Optional<Tensor> shown(String what) {
            return shows.apply(what);
        }

        /// Tokens that see all, [B, T] truth values.
        Optional<Tensor> global() {
            return shown("global");
        }
    }

    /// The map of a layer.
    ///
    /// @param pairs [B, H, T, S]
    Laid of(int layer, Tensor pairs, Pass pass);

    /// What global tokens see, where the class gives that apart.
    default Optional<Tensor> global(Tensor pairs, Pass pass) {
        return Optional.empty();
    }

    /// To how many positions the class fills texts up, its hidden states too.
    default long padded(long length) {
        return length;
    }
}
