package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.head.Gives;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Texts by how well they answer a query, best first: a model that was trained to judge pairs reads each with
/// the query.
///
///     score = σ(logit), or of two labels the chance of the second
///
///     attend run rerank ms-marco-MiniLM-L6-v2 "what barks" "a dog" "a bridge" "a wolf"
///
/// Slower than [Search], which reads every text once, and better: for the first hundred that it finds.
///
/// @param top texts
/// @param excess what is done with a pair that is too long
@Source(paper = "Passage Re-ranking with BERT", arxiv = "1901.04085")
public record Rerank(
        @Default("5") int top, @Default("\"refused\"") Excess excess) implements Task<List<Found>> {
    public static final Rerank EXAMPLE = new Rerank(5, Excess.REFUSED);

    private static final int TOGETHER = 16;

    public Rerank {
        Checks.top(top);
    }

    @Override
    public String verb() {
        return "rerank";
    }

    @Override
    public List<String> asks() {
        return List.of("query", "documents");
    }

    @Override
    public int most() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.gives() == Gives.LABELS ? Optional.empty() : Optional.of("it judges no pairs of texts");
    }

    @Override
    public List<List<Found>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        return inputs.stream().map(input -> found(model, input)).toList();
    }

    private List<Found> found(TextModel model, List<String> input) {
        List<String> documents = input.subList(1, input.size());
        double[] scores = IntStream.iterate(0, from -> from < documents.size(), from -> from + TOGETHER)
                .mapToObj(from -> documents.subList(from, Math.min(from + TOGETHER, documents.size())))
                .flatMapToDouble(some -> scores(model, input.getFirst(), some))
                .toArray();
        return Found.best(scores, documents, top);
    }

    private DoubleStream scores(TextModel model, String query, List<String> documents) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            List<List<String>> pairs =
                    documents.stream().map(text -> List.of(query, text)).toList();
            Tensor logits = model.scores(excess.encode(model, pairs)); // [B, labels]
            if (logits.size(1) > 2) {
                throw new IllegalArgumentException("the model has " + logits.size(1)
                        + " labels, but a pair is judged by one label, or by no and yes; use classify");
            }
            return Arrays.stream(Checks.rows(logits)).mapToDouble(Rerank::score);
        }
    }

    private static double score(double[] logits) {
        return logits.length == 1 ? 1 / (1 + Math.exp(-logits[0])) : Checks.softmax(logits)[1];
    }

    @Override
    public String shown(List<Found> answer) {
        return Found.shown(answer);
    }
}
