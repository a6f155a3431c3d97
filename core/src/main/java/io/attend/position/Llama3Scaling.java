package io.attend.position;

import io.attend.value.Default;
import io.attend.value.Source;

/// Llama 3.1's scaling: fast waves stay, slow ones are divided by the factor, and between the two a ramp over
/// the number of turns within the trained length.
///
///     n(i) = trained ω(i) / 2π        γ = clamp((n − low) / (high − low), 0, 1)
///     ω'(i) = ω(i) ((1 − γ) / factor + γ)
///
/// Names: Hugging Face's `rope_type` llama3; `low` and `high` are its `low_freq_factor` and `high_freq_factor`,
/// `trained` its `original_max_position_embeddings`.
@Source(paper = "The Llama 3 Herd of Models", arxiv = "2407.21783")
public record Llama3Scaling(
        double factor,
        int trained,
        @Default("1.0") double low,
        @Default("4.0") double high) implements RotaryScaling {
    public static final Llama3Scaling EXAMPLE = new Llama3Scaling(8, 61);

    public Llama3Scaling {
        RotaryScaling.checkFactor(factor);
        RotaryScaling.checkTrained(trained);
        if (!(low > 0 && low < high && high < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("low must be above 0 and below high, not " + low + " and " + high);
        }
    }

    public Llama3Scaling(double factor, int trained) {
        this(factor, trained, 1, 4);
    }

    @Override
    public double[] frequencies(Band band, long length) {
        double[] frequencies = band.frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            double turns = trained * frequencies[i] / (2 * Math.PI);
            double kept = Math.clamp((turns - low) / (high - low), 0.0, 1.0);
            frequencies[i] *= (1 - kept) / factor + kept;
        }
        return frequencies;
    }
}
