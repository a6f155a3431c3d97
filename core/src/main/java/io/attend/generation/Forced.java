package io.attend.generation;

import io.attend.value.Source;
import java.util.Arrays;

/// The one word that comes next when the text has `place` tokens.
///
///     s(word) ← 0, s(w) ← −∞ for every other        if |text| = place
///
/// A language's token at the beginning of a translation, the end token where a text would be cut off. Cost
/// O(V). Names: Hugging Face's `forced_bos_token_id` and `forced_eos_token_id`.
@Source(paper = "Multilingual Denoising Pre-training for Neural Machine Translation", arxiv = "2001.08210")
public record Forced(int place, int word) implements Rule {
    public static final Forced EXAMPLE = new Forced(1, 5);

    public Forced {
        if (place < 0 || word < 0) {
            throw new IllegalArgumentException("word " + word + " at place " + place + ": both must be numbers from 0");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        if (text.length == place) {
            if (word >= scores.length) {
                throw new IllegalArgumentException("word " + word + " is to be forced at place " + place
                        + ", but the model has " + scores.length + " words");
            }
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            scores[word] = 0;
        }
    }
}
