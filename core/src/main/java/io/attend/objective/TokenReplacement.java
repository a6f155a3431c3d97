package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Each token becomes any token of the vocabulary with a chance of `share`, the same one among them.
///
///     A B C D E → A X C D E
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record TokenReplacement(@Default("0.1") double share) implements Noise {
    public static final TokenReplacement EXAMPLE = new TokenReplacement(0.1);

    public TokenReplacement {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        return Arrays.stream(tokens)
                .map(token -> random.nextDouble() < share ? random.nextInt(vocabulary.size()) : token)
                .toArray();
    }
}
