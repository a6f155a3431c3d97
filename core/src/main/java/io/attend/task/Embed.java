package io.attend.task;

import io.attend.generation.Pool;
import io.attend.generation.SentencePooling;
import io.attend.generation.TextModel;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A text as one vector, for comparing texts.
///
///     v = pool(x)        normalised v / ‖v‖
///
///     attend run embed all-MiniLM-L6-v2 "attention is all you need" --json
///
/// Of an encoder-decoder it is its encoder's.
///
/// @param pool how the vectors of tokens become one; where absent as a Sentence Transformers folder says, else
///     their
/// mean
/// @param length how long the vector is made; where absent as such a folder says, else as it is
/// @param excess what is done with a text that is too long
@Source(paper = "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", arxiv = "1908.10084")
public record Embed(
        Optional<Pool> pool,
        Optional<Length> length,
        @Default("\"refused\"") Excess excess) implements Task<float[]> {
    public static final Embed EXAMPLE = new Embed(Optional.empty(), Optional.empty(), Excess.REFUSED);
    public static final Embed NORMALISED = new Embed(Optional.of(Pool.MEAN), Optional.of(Length.ONE), Excess.CUT);

    /// How long a vector is made.
    public enum Length {
        AS_IT_IS,
        ONE
    }

    @Override
    public String verb() {
        return "embed";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return Optional.empty();
    }

    @Override
    public List<float[]> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        SentencePooling usual = model.settings().sentence();
        boolean normalised = length.map(how -> how == Length.ONE).orElse(usual.normalised());
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tensor vectors = model.vectors(excess.encode(model, inputs), pool.orElse(usual.pool())); // [B, E]
            return Arrays.stream(Checks.rows(vectors))
                    .map(row -> floats(row, normalised ? norm(row) : 1))
                    .toList();
        }
    }

    private static double norm(double[] vector) {
        double norm = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
        return norm == 0 ? 1 : norm;
    }

    private static float[] floats(double[] vector, double by) {
        float[] floats = new float[vector.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) (vector[i] / by);
        }
        return floats;
    }

    @Override
    public String shown(float[] answer) {
        return IntStream.range(0, answer.length)
                .mapToObj(i -> Float.toString(answer[i]))
                .collect(Collectors.joining(" "));
    }
}
