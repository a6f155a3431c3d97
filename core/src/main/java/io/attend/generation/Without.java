package io.attend.generation;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Words that may not come next while the text has from `from` to `to` tokens, `to` left out.
///
///     s(w) ← −∞        for every w of words, if from ≤ |text| < to
///
/// With the tokens that end a text it is a least length, with others it suppresses them always or at the
/// beginning only. Where no other word could come nothing is ruled out. Cost O(V). Names: Hugging Face's
/// `min_length` and `min_new_tokens`, `suppress_tokens`, `begin_suppress_tokens`.
@Source(paper = "Robust Speech Recognition via Large-Scale Weak Supervision", arxiv = "2212.04356")
public record Without(
        List<Integer> words,
        @Default("0") int from,
        @Default("2147483647") int to) implements Rule {
    public static final Without EXAMPLE = new Without(List.of(2), 0, 7);

    public Without {
        words = List.copyOf(words);
        if (words.stream().anyMatch(word -> word < 0)) {
            throw new IllegalArgumentException("words must be ids from 0, not " + words);
        }
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("from " + from + " to " + to + " is no range of lengths");
        }
    }

    /// Never.
    public Without(List<Integer> words) {
        this(words, 0, Integer.MAX_VALUE);
    }

    @Override
    public void apply(float[] scores, int[] text) {
        if (text.length >= from && text.length < to) {
            Scores.without(scores, words);
        }
    }
}
