package io.attend.position;

import io.attend.value.Source;

/// Position interpolation: every position is divided by the same factor, so that a text `factor` times as long
/// takes the angles the model knows. Wants some further training.
///
///     ω(i) = θ^(−2i/R) / factor
///
/// Names: Hugging Face's `rope_type` linear.
@Source(paper = "Extending Context Window of Large Language Models via Positional Interpolation", arxiv = "2306.15595")
public record LinearScaling(double factor) implements RotaryScaling {
    public static final LinearScaling EXAMPLE = new LinearScaling(2);

    public LinearScaling {
        RotaryScaling.checkFactor(factor);
    }

    @Override
    public double[] frequencies(Band band, long length) {
        double[] frequencies = band.frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factor;
        }
        return frequencies;
    }
}
