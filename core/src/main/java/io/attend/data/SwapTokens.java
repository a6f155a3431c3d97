package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.random.RandomGenerator;

/// Two tokens change places, as often as the share of the tokens says.
///
///     a gripping film → film gripping a
///
/// @param share of the tokens
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record SwapTokens(@Default("0.1") double share) implements Augmentation {
    public static final SwapTokens EXAMPLE = new SwapTokens(0.1);

    public SwapTokens {
        Augmentation.check(share);
    }

    @Override
    public int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] changed = tokens.clone();
        if (changed.length < 2) {
            return changed;
        }
        int times = Augmentation.times(share, changed.length, random);
        for (int i = 0; i < times; i++) {
            int one = random.nextInt(changed.length);
            int other = (one + 1 + random.nextInt(changed.length - 1)) % changed.length;
            int moved = changed[one];
            changed[one] = changed[other];
            changed[other] = moved;
        }
        return changed;
    }
}
