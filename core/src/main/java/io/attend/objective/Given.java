package io.attend.objective;

import io.attend.embedding.Embedding;
import io.attend.embedding.FeatureEmbedding;
import io.attend.model.Transformer;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/// Examples that are rows of numbers, all of one width.
///
/// @param vectors [T][F] of an example
record Given<E>(List<E> training, List<E> heldOut, Function<E, double[][]> vectors) {
    Given {
        if (training.isEmpty() || heldOut.isEmpty()) {
            throw new IllegalArgumentException("there are " + training.size() + " examples to learn from and "
                    + heldOut.size() + " to be judged by; give at least one of each");
        }
        int width = vectors.apply(training.getFirst())[0].length;
        Stream.concat(training.stream(), heldOut.stream())
                .mapToInt(example -> vectors.apply(example)[0].length)
                .filter(other -> other != width)
                .findFirst()
                .ifPresent(other -> {
                    throw new IllegalArgumentException("an example has rows of " + other
                            + " numbers, but the first has " + width + "; give all the same");
                });
    }

    /// F.
    int width() {
        return vectors.apply(training.getFirst())[0].length;
    }

    OptionalInt longest() {
        return Stream.concat(training.stream(), heldOut.stream())
                .mapToInt(example -> vectors.apply(example).length)
                .max();
    }

    /// @throws IllegalArgumentException if the model cannot read rows of that width
    void check(Transformer model) {
        Embedding embedding = model.architecture().topology().embeddings().getFirst();
        if (!(embedding instanceof FeatureEmbedding reads) || reads.features() != width()) {
            throw new IllegalArgumentException("model.architecture: rows of " + width()
                    + " numbers are read by a FeatureEmbedding of as many features, not by " + embedding);
        }
    }
}
