package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.random.RandomGenerator;

/// Some tokens, any of the vocabulary, are put anywhere between those that are there.
///
///     a gripping film → a gripping of film
///
/// @param share of the tokens
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record InsertTokens(@Default("0.1") double share) implements Augmentation {
    public static final InsertTokens EXAMPLE = new InsertTokens(0.1);

    public InsertTokens {
        Augmentation.check(share);
    }

    @Override
    public int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] changed = tokens;
        int times = Augmentation.times(share, tokens.length, random);
        for (int i = 0; i < times; i++) {
            int place = random.nextInt(changed.length + 1);
            int[] longer = new int[changed.length + 1];
            System.arraycopy(changed, 0, longer, 0, place);
            longer[place] = vocabulary.any(random);
            System.arraycopy(changed, place, longer, place + 1, changed.length - place);
            changed = longer;
        }
        return changed;
    }
}
