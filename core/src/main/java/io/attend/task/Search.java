package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The texts that are most like a query, best first, by the cosine between their vectors.
///
///     attend run search all-MiniLM-L6-v2 "what barks" "a dog" "a bridge" "a wolf"
///
/// @param top texts
/// @param embed how texts become vectors
@Source(paper = "Dense Passage Retrieval for Open-Domain Question Answering", arxiv = "2004.04906")
public record Search(@Default("5") int top, @Default("{}") Embed embed) implements Task<List<Found>> {
    public static final Search EXAMPLE = new Search(5, Embed.EXAMPLE);

    private static final int TOGETHER = 16;

    public Search {
        Checks.top(top);
    }

    @Override
    public String verb() {
        return "search";
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
        return embed.refusal(model);
    }

    @Override
    public List<List<Found>> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        return inputs.stream().map(input -> found(model, input)).toList();
    }

    private List<Found> found(TextModel model, List<String> input) {
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < input.size(); from += TOGETHER) {
            List<String> some = input.subList(from, Math.min(from + TOGETHER, input.size()));
            vectors.addAll(embed.answers(model, some.stream().map(List::of).toList()));
        }
        double[] scores = vectors.stream()
                .skip(1)
                .mapToDouble(vector -> Similarity.cosine(vectors.getFirst(), vector))
                .toArray();
        return Found.best(scores, input.subList(1, input.size()), top);
    }

    @Override
    public String shown(List<Found> answer) {
        return Found.shown(answer);
    }
}
