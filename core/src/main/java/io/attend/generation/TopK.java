package io.attend.generation;

import io.attend.value.Source;

/// Only the k likeliest words stay, and those as likely as the last of them.
///
/// Cost O(V log V). Names: Hugging Face's `top_k`.
@Source(paper = "Hierarchical Neural Story Generation", arxiv = "1805.04833")
public record TopK(int count) implements Rule {
    public static final TopK EXAMPLE = new TopK(5);

    public TopK {
        if (count < 1) {
            throw new IllegalArgumentException("top-k must keep at least 1 word, not " + count);
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        if (count >= scores.length) {
            return;
        }
        float least = Scores.ranked(scores, count);
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < least) {
                Scores.drop(scores, i);
            }
        }
    }
}
