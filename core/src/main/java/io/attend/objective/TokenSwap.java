package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.random.RandomGenerator;

/// For each token, with a chance of `share`, two tokens drawn anew change places: EDA's random swap.
///
///     A B C D E → D B C A E
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record TokenSwap(@Default("0.1") double share) implements Noise {
    public static final TokenSwap EXAMPLE = new TokenSwap(0.1);

    public TokenSwap {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] swapped = tokens.clone();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens.length > 1 && random.nextDouble() < share) {
                int one = random.nextInt(tokens.length);
                int other = (one + 1 + random.nextInt(tokens.length - 1)) % tokens.length;
                int moved = swapped[one];
                swapped[one] = swapped[other];
                swapped[other] = moved;
            }
        }
        return swapped;
    }
}
