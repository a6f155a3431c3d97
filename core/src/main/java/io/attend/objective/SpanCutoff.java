package io.attend.objective;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// One span of round(share · n) tokens, anywhere in the text, is hidden: each of them becomes the mask token.
/// The paper zeroes their embeddings.
///
///     A B C D E → A _ _ D E
@Source(
        paper = "A Simple but Tough-to-Beat Data Augmentation Approach for Natural Language Understanding and"
                + " Generation",
        arxiv = "2009.13818")
public record SpanCutoff(@Default("0.1") double share) implements Noise {
    public static final SpanCutoff EXAMPLE = new SpanCutoff(0.1);

    public SpanCutoff {
        Windows.share("share", share);
    }

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] cut = tokens.clone();
        int span = (int) Math.rint(share * tokens.length);
        int from = random.nextInt(tokens.length - span + 1);
        Arrays.fill(cut, from, from + span, vocabulary.mask());
        return cut;
    }
}
