package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Each token is left out by the same chance; one always stays.
///
///     a gripping film → a film
///
/// @param share of the tokens
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record DeleteTokens(@Default("0.1") double share) implements Augmentation {
    public static final DeleteTokens EXAMPLE = new DeleteTokens(0.1);

    public DeleteTokens {
        Augmentation.check(share);
    }

    @Override
    public int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        if (tokens.length == 0) {
            return tokens;
        }
        int[] left = Arrays.stream(tokens)
                .filter(_ -> random.nextDouble() >= share)
                .toArray();
        return left.length > 0 ? left : new int[] {tokens[random.nextInt(tokens.length)]};
    }
}
