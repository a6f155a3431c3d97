package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Before each token any token of the vocabulary is put in with a chance of `share`.
///
///     A B C D E → A B X C D E
@Source(
        paper = "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text Classification",
        arxiv = "1901.11196")
public record TokenInsertion(@Default("0.1") double share) implements Noise {
    public static final TokenInsertion EXAMPLE = new TokenInsertion(0.1);

    public TokenInsertion {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        IntStream.Builder all = IntStream.builder();
        for (int token : tokens) {
            if (random.nextDouble() < share) {
                all.add(random.nextInt(vocabulary.size()));
            }
            all.add(token);
        }
        return all.build().toArray();
    }
}
