package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How alike two texts are, from −1 to 1: the cosine between their vectors.
///
///     a · b / (‖a‖ ‖b‖)
///
///     attend run similarity all-MiniLM-L6-v2 "a dog runs" "ein Hund läuft"
///
/// @param embed how texts become vectors
@Source(paper = "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", arxiv = "1908.10084")
public record Similarity(@Default("{}") Embed embed) implements Task<Double> {
    public static final Similarity EXAMPLE = new Similarity(Embed.EXAMPLE);

    @Override
    public String verb() {
        return "similarity";
    }

    @Override
    public List<String> asks() {
        return List.of("first", "second");
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return embed.refusal(model);
    }

    @Override
    public List<Double> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        List<List<String>> texts = new ArrayList<>();
        inputs.forEach(input -> input.forEach(text -> texts.add(List.of(text))));
        List<float[]> vectors = embed.answers(model, texts);
        List<Double> answers = new ArrayList<>();
        for (int i = 0; i < vectors.size(); i += 2) {
            answers.add(cosine(vectors.get(i), vectors.get(i + 1)));
        }
        return answers;
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            first += (double) a[i] * a[i];
            second += (double) b[i] * b[i];
        }
        return first == 0 || second == 0 ? 0 : product / Math.sqrt(first * second);
    }

    @Override
    public String shown(Double answer) {
        return String.format(Locale.ROOT, "%.4f", answer);
    }
}
