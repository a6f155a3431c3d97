package io.attend.position;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.OptionalDouble;

/// YaRN: waves that turn often within the trained length stay, those that turn less than once are interpolated,
/// and a ramp leads from one to the other; cosines and sines grow a little to keep the softmax as sharp as it
/// was.
///
///     d(n) = R ln(trained / 2πn) / (2 ln θ)        low = ⌊d(fast)⌋, high = ⌈d(slow)⌉, kept within 0 ... R−1
///     γ(i) = clamp((i − low) / (high − low), 0, 1)        ω(i) = θ^(−2i/R) (γ(i) / factor + 1 − γ(i))
///     cos and sin times the attention factor, 0.1 ln(factor) + 1 unless given
///
/// Names: Hugging Face's `rope_type` yarn; `fast` and `slow` are its `beta_fast` and `beta_slow`, turns within
/// the trained length; `trained` is its `original_max_position_embeddings` (transformers before 4.5x took
/// `max_position_embeddings`).
@Source(paper = "YaRN: Efficient Context Window Extension of Large Language Models", arxiv = "2309.00071")
public record YarnScaling(
        double factor,
        int trained,
        @Default("32.0") double fast,
        @Default("1.0") double slow,
        OptionalDouble attention) implements RotaryScaling {
    public static final YarnScaling EXAMPLE = new YarnScaling(4, 61);
    public static final YarnScaling MSCALE = EXAMPLE.attention(mscale(4, 1) / mscale(4, 0.7));

    public YarnScaling {
        RotaryScaling.checkFactor(factor);
        RotaryScaling.checkTrained(trained);
        if (!(slow > 0 && slow < fast && fast < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("slow must be above 0 and below fast, not " + slow + " and " + fast);
        }
        if (attention.isPresent() && !(attention.getAsDouble() > 0 && attention.getAsDouble() < 1e9)) {
            throw new IllegalArgumentException("the attention factor must be above 0, not " + attention.getAsDouble());
        }
    }

    public YarnScaling(double factor, int trained) {
        this(factor, trained, 32, 1, OptionalDouble.empty());
    }

    public YarnScaling attention(double factor) {
        return new YarnScaling(this.factor, trained, fast, slow, OptionalDouble.of(factor));
    }

    /// `0.1 m ln(factor) + 1`: models that name an `mscale` and an `mscale_all_dim` have as attention factor
    /// the quotient of the two.
    public static double mscale(double factor, double m) {
        return factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1;
    }

    @Override
    public double[] frequencies(Band band, long length) {
        double low = Math.max(Math.floor(place(fast, band)), 0);
        double high = Math.min(Math.ceil(place(slow, band)), band.size() - 1);
        double width = low == high ? 0.001 : high - low;
        double[] frequencies = band.frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            double interpolated = Math.clamp((i - low) / width, 0.0, 1.0);
            frequencies[i] *= interpolated / factor + 1 - interpolated;
        }
        return frequencies;
    }

    /// The wave that turns so many times within the trained length.
    private double place(double turns, Band band) {
        return band.size() * Math.log(trained / (2 * Math.PI * turns)) / (2 * Math.log(band.theta()));
    }

    @Override
    public double magnitude() {
        return attention.orElse(mscale(factor, 1));
    }
}
