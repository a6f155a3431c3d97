package io.attend.objective;

import io.attend.data.Example;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What training makes small: what becomes of examples, and what the model is asked of them.
public sealed interface Objective
        permits Classification,
                ConnectionistTemporalClassification,
                Consistency,
                ContrastivePairs,
                Denoising,
                Distillation,
                Focal,
                Forecasting,
                LayerLosses,
                MaskedToken,
                NextToken,
                ReplacedToken,
                SpanAnswer,
                SpanCorruption,
                TeacherForcing,
                TokenTagging,
                ZLoss {
    /// Makes examples ready to be learned from.
    ///
    /// @throws IllegalArgumentException if it cannot learn from examples of that kind
    Built build(Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut);

    /// Tokens a vocabulary must have for it.
    List<String> specials();

    /// An objective with its examples, and with what else it learns from.
    interface Built extends AutoCloseable {
        /// What the architecture must have.
        Needs needs();

        /// @throws IllegalArgumentException if a model of that kind cannot learn this
        void check(Transformer model);

        /// The length of each example to learn from: those of similar length are put together.
        List<Integer> lengths();

        /// The length of what is written for each; none where nothing is.
        default List<Integer> targetLengths() {
            return List.of();
        }

        /// Examples to learn from, by their numbers; whatever is drawn is drawn from `random`, which is the
        /// same whenever the step is.
        Batch training(List<Integer> examples, RandomGenerator random);

        /// How many examples there are to be judged by.
        int heldOut();

        /// Examples to be judged by, from one number to before another; nothing is drawn.
        Batch heldOut(int from, int to);

        /// The mean loss of a batch, a single number. What only helps to learn, such as smoothing, counts in
        /// training only.
        default Tensor loss(Transformer model, Batch batch, Context context) {
            return model.loss(batch.inputs(), batch.answers(), context.isTraining() ? smoothing() : 0, context);
        }

        /// The share of certainty spread over all classes while learning.
        default double smoothing() {
            return 0;
        }

        /// How the model does, by the measures of its kind, and what it makes of some examples.
        ///
        /// @param loss of the examples to be judged by
        Judged judge(TextModel text, double loss);

        /// Names of the classes a head tells apart, if it does.
        default Optional<List<String>> labels() {
            return Optional.empty();
        }

        @Override
        default void close() {}
    }

    /// How a model does.
    ///
    /// @param measures numbers by name, the most telling first
    /// @param shown what it made of some examples
    /// @param notes what must be known to compare the numbers with others', by name
    record Judged(Map<String, Double> measures, List<Shown> shown, Map<String, String> notes) {
        public Judged(Map<String, Double> measures, List<Shown> shown) {
            this(measures, shown, Map.of());
        }
    }

    /// What a model made of an example.
    ///
    /// @param expected the right answer, if there is one
    record Shown(String input, Optional<String> expected, String written) {}

    /// The examples as those of the wanted kind.
    static <E extends Example> List<E> only(Class<E> kind, List<? extends Example> examples, Object objective) {
        return examples.stream()
                .map(example -> {
                    if (!kind.isInstance(example)) {
                        throw new IllegalArgumentException("objective "
                                + objective.getClass().getSimpleName() + " learns from "
                                + kind.getSimpleName() + " examples, but the data gives "
                                + example.getClass().getSimpleName() + "; choose another objective or data");
                    }
                    return kind.cast(example);
                })
                .toList();
    }
}
