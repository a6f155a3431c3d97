package io.attend.generation;

import io.attend.value.Source;

/// Words less likely than epsilon are ruled out, but never the likeliest.
///
/// Cost O(V). Names: Hugging Face's `epsilon_cutoff`.
@Source(paper = "Truncation Sampling as Language Model Desmoothing", arxiv = "2210.15191")
public record Epsilon(double least) implements Rule {
    public static final Epsilon EXAMPLE = new Epsilon(0.02);

    public Epsilon {
        if (!(least > 0 && least < 1)) {
            throw new IllegalArgumentException("epsilon " + least + " is outside (0, 1)");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        double[] chances = Scores.chances(scores);
        float most = scores[Scores.best(scores)];
        for (int i = 0; i < scores.length; i++) {
            if (chances[i] < least && scores[i] < most) {
                Scores.drop(scores, i);
            }
        }
    }
}
