package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Each token becomes the mask token with a chance of `share`: BART's token masking.
///
///     A B C D E → A _ C _ E
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record TokenMasking(@Default("0.15") double share) implements Noise {
    public static final TokenMasking EXAMPLE = new TokenMasking(0.15);

    public TokenMasking {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        return Arrays.stream(tokens)
                .map(token -> random.nextDouble() < share ? vocabulary.mask() : token)
                .toArray();
    }
}
