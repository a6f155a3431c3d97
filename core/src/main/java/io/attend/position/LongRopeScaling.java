package io.attend.position;

import io.attend.value.Source;
import java.util.List;
import java.util.OptionalDouble;

/// LongRoPE: each wave has a divisor of its own, found by search; one list for texts within the trained length
/// and one for longer ones.
///
///     ω(i) = θ^(−2i/R) / short(i)  if length ≤ trained,  θ^(−2i/R) / long(i)  otherwise
///     cos and sin times the attention factor, √(1 + ln(factor) / ln(trained)) unless given
///
/// Names: Hugging Face's `rope_type` longrope (Phi-3's `su`); `within` and `beyond` are its `short_factor` and
/// `long_factor`, `trained` its `original_max_position_embeddings`, `factor` the longest length over it. As
/// with [DynamicScaling], keys remembered from before a text outgrew the trained length stay as they were.
@Source(paper = "LongRoPE: Extending LLM Context Window Beyond 2 Million Tokens", arxiv = "2402.13753")
public record LongRopeScaling(
        double factor, int trained, List<Double> within, List<Double> beyond, OptionalDouble attention)
        implements RotaryScaling {
    public static final LongRopeScaling EXAMPLE =
            new LongRopeScaling(4, 61, List.of(1.0, 1.1), List.of(1.5, 2.25), OptionalDouble.empty());

    public LongRopeScaling {
        RotaryScaling.checkFactor(factor);
        RotaryScaling.checkTrained(trained);
        within = List.copyOf(within);
        beyond = List.copyOf(beyond);
        if (within.size() != beyond.size()) {
            throw new IllegalArgumentException("there are " + within.size() + " factors within the trained length and "
                    + beyond.size() + " beyond it; give as many of both");
        }
        for (double divisor : within) {
            checkDivisor(divisor);
        }
        for (double divisor : beyond) {
            checkDivisor(divisor);
        }
        if (attention.isPresent() && !(attention.getAsDouble() > 0 && attention.getAsDouble() < 1e9)) {
            throw new IllegalArgumentException("the attention factor must be above 0, not " + attention.getAsDouble());
        }
        if (attention.isEmpty() && factor > 1 && trained < 2) {
            throw new IllegalArgumentException(
                    "a trained length of 1 gives no attention factor; name one, or a longer length");
        }
    }

    private static void checkDivisor(double divisor) {
        if (!(divisor > 0 && divisor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a wave's factor must be above 0, not " + divisor);
        }
    }

    @Override
    public double[] frequencies(Band band, long length) {
        List<Double> divisors = length <= trained ? within : beyond;
        double[] frequencies = band.frequencies();
        if (frequencies.length != divisors.size()) {
            throw new IllegalArgumentException("rotary scaling has " + divisors.size() + " factors, but " + band.size()
                    + " turned numbers have " + frequencies.length + " waves");
        }
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= divisors.get(i);
        }
        return frequencies;
    }

    @Override
    public boolean followsLength() {
        return true;
    }

    @Override
    public double magnitude() {
        return attention.orElse(factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained)));
    }
}
