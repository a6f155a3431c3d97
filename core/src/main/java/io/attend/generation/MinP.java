package io.attend.generation;

import io.attend.value.Source;

/// Only words at least p times as likely as the likeliest stay.
///
/// Cost O(V). Names: Hugging Face's `min_p`.
@Source(paper = "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs", arxiv = "2407.01082")
public record MinP(double share) implements Rule {
    public static final MinP EXAMPLE = new MinP(0.1);

    public MinP {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("min-p " + share + " is outside [0, 1]");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        double[] chances = Scores.chances(scores);
        double least = share * chances[Scores.best(scores)];
        for (int i = 0; i < scores.length; i++) {
            if (chances[i] < least) {
                Scores.drop(scores, i);
            }
        }
    }
}
