package io.attend.generation;

import io.attend.value.Source;

/// As [Epsilon], with a threshold that falls where the model itself is unsure.
///
///     eta = min(epsilon, √epsilon · exp(−entropy))
///
/// Cost O(V). Names: Hugging Face's `eta_cutoff`.
@Source(paper = "Truncation Sampling as Language Model Desmoothing", arxiv = "2210.15191")
public record Eta(double epsilon) implements Rule {
    public static final Eta EXAMPLE = new Eta(0.02);

    public Eta {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " is outside (0, 1)");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        double[] chances = Scores.chances(scores);
        double least = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-Scores.entropy(chances)));
        float most = scores[Scores.best(scores)];
        for (int i = 0; i < scores.length; i++) {
            if (chances[i] < least && scores[i] < most) {
                Scores.drop(scores, i);
            }
        }
    }
}
