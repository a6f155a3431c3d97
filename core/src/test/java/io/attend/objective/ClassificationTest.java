package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.data.Labeled;
import io.attend.generation.TextModel;
import io.attend.head.Problem;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassificationTest {
    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final Tokenizer CHARACTERS = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);
    private static final List<String> TEXTS = List.of("aba", "cab", "bb", "acca", "b", "abc", "cc", "baa", "ccab", "a");

    private static Architecture bert(Needs needs) {
        return Presets.bert(needs.vocabulary(), 1, SIZE, 13, 0)
                .head(needs.head().orElseThrow());
    }

    private static List<Labeled> labeled(Function<String, String> label) {
        return TEXTS.stream().map(text -> new Labeled(text, label.apply(text))).toList();
    }

    private static Classification asking(Problem problem) {
        return new Classification(11, problem, 0, List.of());
    }

    private static Learning learning(Problem problem, List<Labeled> examples) {
        return Learning.of(asking(problem), CHARACTERS, examples, ClassificationTest::bert, 300);
    }

    @Test
    void oneOfSeveralClasses() {
        Learning learning = learning(Problem.SINGLE_LABEL, labeled(text -> text.contains("c") ? "with" : "without"));
        assertThat(learning.after()).isLessThan(0.3 * learning.before());
        assertThat(learning.measures())
                .containsEntry("accuracy", 1.0)
                .containsEntry("macroF1", 1.0)
                .containsEntry("matthews", 1.0)
                .containsKey("calibrationError");
        assertThat(learning.shown().get(1)).extracting(Objective.Shown::written).isEqualTo("with");
    }

    @Test
    void anyNumberOfClasses() {
        Learning learning = learning(
                Problem.MULTI_LABEL,
                labeled(text -> (text.contains("a") ? "a" : "-") + (text.contains("b") ? ", b" : "")));
        assertThat(learning.after()).isLessThan(0.3 * learning.before());
        assertThat(learning.measures())
                .containsEntry("microF1", 1.0)
                .containsEntry("macroF1", 1.0)
                .containsEntry("exactMatch", 1.0);
        assertThat(learning.shown()).extracting(Objective.Shown::written).contains("a,b", "b", "a", "-");
    }

    @Test
    void aNumber() {
        Learning learning = learning(Problem.REGRESSION, labeled(text -> text.contains("a") ? "1.5" : "-0.5"));
        assertThat(learning.after()).isLessThan(0.1 * learning.before());
        assertThat(learning.measures().get("pearson")).isGreaterThan(0.95);
        assertThat(learning.measures()).containsKey("spearman");
        assertThat(learning.measures().get("meanSquaredError")).isCloseTo(learning.after(), within(1e-5));
    }

    /// − mean over texts and labels of y log σ(x) + (1 − y) log(1 − σ(x)), and the mean of squared differences,
    /// by plain numbers.
    @Test
    void lossesAreThoseOfTheProblem() {
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built tags =
                    asking(Problem.MULTI_LABEL).build(CHARACTERS, labeled(_ -> "a,b"), labeled(_ -> "b"));
            try (Transformer model = Transformer.initialize(bert(tags.needs()), 5)) {
                Batch batch = tags.heldOut(0, 10);
                double[] scores =
                        model.forward(batch.inputs(), Context.inference()).toDoubles();
                double sum = IntStream.range(0, 20)
                        .mapToDouble(i -> -Math.log(1 / (1 + Math.exp(i % 2 == 1 ? -scores[i] : scores[i]))))
                        .sum();
                assertThat(tags.loss(model, batch, Context.inference()).item()).isCloseTo(sum / 20, within(1e-6));
            }
            Objective.Built number =
                    asking(Problem.REGRESSION).build(CHARACTERS, labeled(_ -> "0.5"), labeled(_ -> "-2"));
            assertThat(number.labels()).isEmpty();
            try (Transformer model = Transformer.initialize(bert(number.needs()), 5)) {
                Batch batch = number.heldOut(0, 10);
                double[] scores =
                        model.forward(batch.inputs(), Context.inference()).toDoubles();
                double sum = IntStream.range(0, 10)
                        .mapToDouble(i -> (scores[i] + 2) * (scores[i] + 2))
                        .sum();
                assertThat(number.loss(model, batch, Context.inference()).item())
                        .isCloseTo(sum / 10, within(1e-5));
            }
        }
    }

    /// Of three labels over four texts: right 3 of 4 predicted and 5 wanted; by label 1/1/2, 2/2/2 and 0/1/1.
    @Test
    void severalLabelsAreMeasuredByCounts() {
        List<Labeled> examples =
                List.of(new Labeled("a", "x,y"), new Labeled("b", "x,y"), new Labeled("c", "z"), new Labeled("d", "-"));
        Labels labels = new Labels(Problem.MULTI_LABEL, examples);
        var measures = labels.measures(
                List.of(new double[] {1, 1, -1}, new double[] {-1, 1, -1}, new double[] {-1, -1, -1}, new double[] {
                    -1, -1, 1
                }),
                examples.stream().map(labels::numbers).toList());
        assertThat(measures.get("microF1")).isCloseTo(2 * 0.75 * 0.6 / (0.75 + 0.6), within(1e-12));
        assertThat(measures.get("macroF1")).isCloseTo((2 * 0.5 / 1.5 + 1 + 0) / 3, within(1e-12));
        assertThat(measures.get("exactMatch")).isEqualTo(0.25);
    }

    @Test
    void whatItCannotLearnIsRefused() {
        assertThatThrownBy(() -> new Classification(7, Problem.REGRESSION, 0.1, List.of()))
                .hasMessage(
                        "smoothing 0.1 spreads certainty over the classes of one choice, and the problem has none; use 0");
        assertThatThrownBy(() -> asking(Problem.REGRESSION).build(CHARACTERS, labeled(_ -> "good"), labeled(_ -> "1")))
                .hasMessage("the label \"good\" is no finite number, which the problem regression needs; choose"
                        + " single-label or multi-label for classes");
        assertThatThrownBy(() -> asking(Problem.SINGLE_LABEL).build(CHARACTERS, labeled(_ -> "a"), labeled(_ -> "a")))
                .hasMessage("all examples have the label [a]; there must be two or more");
        Objective.Built built = asking(Problem.MULTI_LABEL).build(CHARACTERS, labeled(_ -> "a"), labeled(_ -> "a"));
        try (Transformer words = Transformer.initialize(Presets.bert(8, 1, SIZE, 13), 5)) {
            assertThatThrownBy(() -> built.check(words))
                    .hasMessage(
                            "model.architecture: texts are classified by a SequenceHead, not by a MaskedLanguageHead");
        }
    }
}
