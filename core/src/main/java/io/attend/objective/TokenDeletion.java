package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Each token is left out with a chance of `share`, and nothing says where: BART's token deletion.
///
///     A B C D E → A C E
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record TokenDeletion(@Default("0.15") double share) implements Noise {
    public static final TokenDeletion EXAMPLE = new TokenDeletion(0.15);

    public TokenDeletion {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        return Arrays.stream(tokens).filter(_ -> random.nextDouble() >= share).toArray();
    }
}
