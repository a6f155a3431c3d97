package io.attend.objective;

import io.attend.data.Example;
import io.attend.data.TokenPair;
import io.attend.generation.TextModel;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The model reads a spoilt text and writes it as it was: BART's objective. From [io.attend.data.Document]s
/// laid end to end and cut into windows.
///
///     loss = − mean over t of log p(x_t | noise(x), x before t)
///
/// The noises act one after the other, by default as the paper trains BART: sentences change places and 30% of
/// the tokens are covered by spans. Judged by perplexity and the share of tokens that are the likeliest.
///
/// @param length tokens of a window
/// @param noises what spoils it, in order
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record Denoising(
        @Default("128") int length,

        @Default("[\"SentencePermutation\", {\"type\": \"TextInfilling\"}]")
        List<Noise> noises)
        implements Objective {
    public static final Denoising EXAMPLE =
            new Denoising(29, List.of(new SentencePermutation(), new TextInfilling(0.3, 3)));

    public Denoising {
        Windows.check(length);
        noises = List.copyOf(noises);
    }

    @Override
    public List<String> specials() {
        return Stream.concat(TextModel.SPECIALS.stream(), Stream.of(TextModel.MASK))
                .toList();
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        TextModel.Words words = new TextModel.Words(tokenizer);
        Noise.Vocabulary vocabulary = Noise.Vocabulary.of(tokenizer, words.mask());
        return new Restoring(this, words, training, heldOut, length, (tokens, random) -> {
            int[] read = spoilt(noises, tokens, vocabulary, random);
            return new TokenPair(ended(read, words), ended(tokens, words));
        });
    }

    /// The tokens after one noise and another.
    static int[] spoilt(List<Noise> noises, int[] tokens, Noise.Vocabulary vocabulary, RandomGenerator random) {
        int[] spoilt = tokens;
        for (Noise noise : noises) {
            spoilt = noise.of(spoilt, vocabulary, random);
        }
        return spoilt;
    }

    private static int[] ended(int[] tokens, TextModel.Words words) {
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = words.end();
        return ended;
    }
}
