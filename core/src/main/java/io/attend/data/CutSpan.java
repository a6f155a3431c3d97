package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Span cut-off: so many tokens in a row are hidden behind the unknown token, and the others stay where they
/// are. (The paper sets the vectors of a span to zero.)
///
///     a gripping film by a master → a gripping <unk> <unk> a master
///
/// @param share of the tokens
@Source(
        paper = "A Simple but Tough-to-Beat Data Augmentation Approach for Natural Language Understanding and"
                + " Generation",
        arxiv = "2009.13818")
public record CutSpan(@Default("0.1") double share) implements Augmentation {
    public static final CutSpan EXAMPLE = new CutSpan(0.1);

    public CutSpan {
        Augmentation.check(share);
    }

    @Override
    public int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] changed = tokens.clone();
        int span = Augmentation.times(share, changed.length, random);
        int from = random.nextInt(changed.length - span + 1);
        Arrays.fill(changed, from, from + span, vocabulary.unknown());
        return changed;
    }
}
