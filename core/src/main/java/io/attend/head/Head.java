package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a model makes of its last vectors.
public sealed interface Head
        permits AdaptiveHead,
                ChoiceHead,
                ChunkedHead,
                DiscriminatorHead,
                HierarchicalHead,
                LinearHead,
                MaskedLanguageHead,
                NarrowHead,
                NgramHead,
                NoHead,
                NoiseContrastiveHead,
                PairHead,
                PooledHead,
                QuestionHead,
                SampledHead,
                SequenceHead,
                SpanHead,
                TiedAdaptiveHead,
                TiedHead,
                TokenHead {
    /// The answer at positions where nothing is asked.
    long IGNORED = -100;

    /// @param table the table of the words the model writes, if it has one
    Built build(Parameters parameters, int width, Optional<Table.Built> table);

    /// Whether it scores words position by position, so that a session can write with it.
    default boolean writes() {
        return true;
    }

    /// What its main output is about.
    default Gives gives() {
        return Gives.WORDS;
    }

    /// The same with so much dropout of what it judges, if it has any.
    default Head dropout(double rate) {
        return this;
    }

    /// A head at work: `forward` gives its main output, such as scores [B, T, V].
    interface Built extends Layer {
        /// The mean cross-entropy of the right classes, a single number. A head that never makes all its
        /// scores, or that is asked something else, says how it counts.
        ///
        /// @param x the last vectors [B, T, E]
        /// @param answers the right class at each position, int64 [B, T], or whatever shape the main output
        ///     has without its last axis, unless the head says otherwise; [#IGNORED] where nothing is asked
        /// @param smoothing the share of certainty spread evenly over all classes
        default Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
            Tensor scores = forward(x, context); // [B, T, V]
            return scores.reshape(-1, scores.size(-1)).crossEntropy(answers.reshape(-1), IGNORED, smoothing);
        }

        /// How many scores a position gets, in a head that has a form for one token at a time.
        default OptionalInt outputs() {
            return OptionalInt.empty();
        }

        /// Everything the head gives, by name; most give one thing.
        default Map<String, Tensor> outputs(Tensor x, Context context) {
            return Map.of("logits", forward(x, context));
        }
    }
}
