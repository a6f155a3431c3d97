package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The labels of a text, or of a pair of texts: what kind it is, each label by itself, or a number.
///
///     one of several:  softmax(logits)        each by itself:  σ(logits)        a number:  logits
///
///     attend run classify runs/sms "Congratulations, you won"
///
/// A head of one label that says nothing of its problem gives numbers, as it is trained; Hugging Face's
/// pipeline shows σ of them.
///
/// @param top labels, those with the highest score first
/// @param excess what is done with a text that is too long
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Classify(
        @Default("5") int top, @Default("\"refused\"") Excess excess) implements Task<List<Classify.Label>> {
    public static final Classify EXAMPLE = new Classify(5, Excess.REFUSED);

    /// A label and how sure the model is of it.
    public record Label(String label, double score) {}

    public Classify {
        Checks.top(top);
    }

    @Override
    public String verb() {
        return "classify";
    }

    @Override
    public List<String> asks() {
        return List.of("text", "second text");
    }

    @Override
    public int needs() {
        return 1;
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.gives() == Gives.LABELS ? Optional.empty() : Optional.of("it has no labels of whole texts");
    }

    @Override
    public List<List<Label>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        Problem problem = model.model().architecture().head() instanceof SequenceHead head
                ? head.problem()
                : Problem.SINGLE_LABEL;
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            double[][] logits = Checks.rows(model.scores(excess.encode(model, inputs))); // [B, labels]
            return Arrays.stream(logits)
                    .map(row -> labels(model, problem.chances(row)))
                    .toList();
        }
    }

    private List<Label> labels(TextModel model, double[] scores) {
        return Arrays.stream(Checks.best(scores, top))
                .mapToObj(i -> new Label(model.label(i), scores[i]))
                .toList();
    }

    @Override
    public String shown(List<Label> answer) {
        return answer.stream()
                .map(label -> String.format(Locale.ROOT, "%.4f  %s", label.score, label.label))
                .collect(Collectors.joining("\n"));
    }
}
