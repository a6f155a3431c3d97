package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Some tokens become others, any of the vocabulary, each place at most once.
///
///     a gripping film → a gripping tree
///
/// @param share of the tokens
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record ReplaceTokens(@Default("0.1") double share) implements Augmentation {
    public static final ReplaceTokens EXAMPLE = new ReplaceTokens(0.1);

    public ReplaceTokens {
        Augmentation.check(share);
    }

    @Override
    public int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] changed = tokens.clone();
        int[] places = IntStream.range(0, changed.length).toArray();
        int times = Augmentation.times(share, changed.length, random);
        for (int i = 0; i < times; i++) {
            int drawn = i + random.nextInt(places.length - i);
            int place = places[drawn];
            places[drawn] = places[i];
            changed[place] = vocabulary.any(random);
        }
        return changed;
    }
}
