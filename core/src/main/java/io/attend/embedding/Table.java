package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Linear;
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

        /// Numbers a word has in the table itself: E, or less in a table that widens its vectors.
        int width();

        /// A product at the given place that scores words by the table's own numbers: [B, T, width] → [B, T, V].
        Linear scores(Parameters parameters, Bias bias);
    }
}
