package io.attend.objective;

import io.attend.value.Source;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The text begins with any of its tokens, each equally likely, and what stood before it follows at the end:
/// BART's document rotation.
///
///     A B C D E → C D E A B
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record DocumentRotation() implements Noise {
    public static final DocumentRotation EXAMPLE = new DocumentRotation();

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int first = tokens.length == 0 ? 0 : random.nextInt(tokens.length);
        return IntStream.range(0, tokens.length)
                .map(i -> tokens[(first + i) % tokens.length])
                .toArray();
    }
}
