package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Labels a model was never taught: one that was trained to judge whether one text follows from another reads
/// the text with a sentence about each label.
///
///     one of several:  softmax over labels of entailment       each by itself:  softmax(contradiction,
///     entailment)₂
///
///     attend run zero-shot bart-large-mnli "the pound fell" --set labels=[politics,money,sport]
///
/// @param labels that are tried
/// @param hypothesis the sentence, with {} for a label
/// @param choice whether one label holds or each may
/// @param excess what is done with a text that is too long
@Source(
        paper = "Benchmarking Zero-shot Text Classification: Datasets, Evaluation and Entailment Approach",
        arxiv = "1909.00161")
public record ZeroShot(
        List<String> labels,
        @Default("\"This example is {}.\"") String hypothesis,
        @Default("\"one\"") Choice choice,
        @Default("\"refused\"") Excess excess)
        implements Task<List<Classify.Label>> {
    public static final ZeroShot EXAMPLE =
            new ZeroShot(List.of("politics", "sport"), "This example is {}.", Choice.ONE, Excess.REFUSED);

    /// How many labels hold.
    public enum Choice {
        ONE,
        EACH
    }

    public ZeroShot {
        labels = List.copyOf(labels);
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("there are no labels to try; give labels=[one,other]");
        }
        if (!hypothesis.contains("{}")) {
            throw new IllegalArgumentException("the hypothesis \"" + hypothesis + "\" has no {} for a label");
        }
    }

    @Override
    public String verb() {
        return "zero-shot";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        if (model.gives() != Gives.LABELS) {
            return Optional.of("it has no labels of whole texts");
        }
        return named(model, "entail").isEmpty() || named(model, "contradict").isEmpty()
                ? Optional.of("no labels of its are called entailment and contradiction")
                : Optional.empty();
    }

    private static OptionalInt named(TextModel model, String beginning) {
        List<String> names = model.settings().labels();
        return IntStream.range(0, names.size())
                .filter(i -> names.get(i).toLowerCase(Locale.ROOT).startsWith(beginning))
                .findFirst();
    }

    @Override
    public List<List<Classify.Label>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        return inputs.stream().map(input -> labels(model, input.getFirst())).toList();
    }

    private List<Classify.Label> labels(TextModel model, String text) {
        int follows = named(model, "entail").orElseThrow();
        int contradicts = named(model, "contradict").orElseThrow();
        List<List<String>> pairs = new ArrayList<>();
        labels.forEach(label -> pairs.add(List.of(text, hypothesis.replace("{}", label))));
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            double[][] logits = Checks.rows(model.scores(excess.encode(model, pairs))); // [labels tried, labels]
            double[] scores = choice == Choice.ONE
                    ? Checks.softmax(Arrays.stream(logits)
                            .mapToDouble(row -> row[follows])
                            .toArray())
                    : Arrays.stream(logits)
                            .mapToDouble(row -> Checks.softmax(new double[] {row[contradicts], row[follows]})[1])
                            .toArray();
            return Arrays.stream(Checks.best(scores, labels.size()))
                    .mapToObj(i -> new Classify.Label(labels.get(i), scores[i]))
                    .toList();
        }
    }

    @Override
    public String shown(List<Classify.Label> answer) {
        return new Classify(labels.size(), excess).shown(answer);
    }
}
