package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// Where the vectors of a vocabulary are kept.
public sealed interface Table permits AdaptiveTable, DenseTable, FactorisedTable, SharedTable {
    /// @param source the table of the encoder's side, when the decoder's side is built
    Built build(Parameters parameters, int width, Optional<Built> source);

    /// A table at work.
    interface Built {
        /// V.
        int vocabulary();

        /// Token ids [B, T] → vectors [B, T, E].
        Tensor lookup(Tensor ids);

        /// The same for one token at a time in plain memory; absent where there is no such form.
        default Optional<TokenStep> row(StepPlan plan) {
            return Optional.empty();
        }

        /// E, numbers of a vector that [#lookup] gives.
        int vectors();

        /// Numbers a word has in the table itself: E, or less in a table that widens its vectors.
        int width();

        /// [B, T, E] → [B, T, width]: the widening the other way, so that `scores` of it are products with
        /// the very vectors that [#lookup] gives.
        default Tensor narrow(Tensor x) {
            return x;
        }

        /// A product at the given place that scores words by the table's own numbers: [B, T, width] → [B, T,
        /// V].
        Linear scores(Parameters parameters, Bias bias);

        /// The words in groups of a width of their own each, most frequent first; none in a table of one
        /// width.
        default List<Band> bands() {
            return List.of();
        }

        /// What [#lookup] costs beyond fetching rows.
        Cost cost(Load load);
    }

    /// Words that follow each other in the vocabulary and have equally many numbers.
    ///
    /// @param weight [words, numbers]
    /// @param widening [E, numbers], what makes vectors of them
    record Band(Parameter weight, Linear widening) {}
}
