package io.attend.generation;

import io.attend.value.Source;
import java.util.Arrays;

/// Words that stand in the text already become less likely, once however often they stand there.
///
///     s(w) ← s(w) / penalty if positive, s(w) · penalty if negative        for every w in the text
///
/// Cost O(T). Names: Hugging Face's `repetition_penalty`.
@Source(paper = "CTRL: A Conditional Transformer Language Model for Controllable Generation", arxiv = "1909.05858")
public record RepetitionPenalty(double penalty) implements Rule {
    public static final RepetitionPenalty EXAMPLE = new RepetitionPenalty(1.3);

    public RepetitionPenalty {
        if (!(penalty > 0 && penalty <= 100)) {
            throw new IllegalArgumentException(
                    "repetition penalty " + penalty + " is outside (0, 100]; 1 changes nothing, 1.2 is usual");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        Arrays.stream(text)
                .distinct()
                .forEach(word ->
                        scores[word] = (float) (scores[word] < 0 ? scores[word] * penalty : scores[word] / penalty));
    }
}
