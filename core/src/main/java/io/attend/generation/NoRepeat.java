package io.attend.generation;

import io.attend.value.Source;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// No sequence of n words may stand in the text twice.
///
/// Where every word would complete one, nothing is ruled out. Cost O(T · n). Names: Hugging Face's
/// `no_repeat_ngram_size`.
@Source(paper = "A Deep Reinforced Model for Abstractive Summarization", arxiv = "1705.04304")
public record NoRepeat(int words) implements Rule {
    public static final NoRepeat EXAMPLE = new NoRepeat(3);

    public NoRepeat {
        if (words < 1) {
            throw new IllegalArgumentException("a sequence that may not repeat has at least 1 word, not " + words);
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        int before = words - 1;
        Set<Integer> ruledOut = new HashSet<>();
        for (int start = 0; start + before < text.length; start++) {
            int end = text.length - before;
            if (Arrays.equals(text, start, start + before, text, end, text.length)) {
                ruledOut.add(text[start + before]);
            }
        }
        if (ruledOut.size() < scores.length) {
            ruledOut.forEach(word -> Scores.drop(scores, word));
        }
    }
}
