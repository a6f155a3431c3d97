package io.attend.embedding;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Where the vectors of a vocabulary are kept.
public sealed interface Table permits DenseTable, SharedTable {
    /// @param source the table of the encoder's side, when the decoder's side is built
    Built build(Parameters parameters, int width, Optional<Built> source);

    /// A table at work.
    interface Built {
        /// V.
        int vocabulary();

        /// Token ids [B, T] → vectors [B, T, E].
        Tensor lookup(Tensor ids);

        /// Vectors [B, T, E] → one score a word, [B, T, V], with the table's own numbers as weights.
        Tensor logits(Tensor x);

        /// Operations of [#logits] for that many rows.
        double flops(double rows);
    }
}
