package io.attend.schedule;

import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then a fall with the square root of the step.
///
///     rate(t) = peak · min(t / warmup, √(warmup / t))
///
/// Differs from the paper only in how the height is given: its E^(-1/2) · min(t^(-1/2), t · warmup^(-3/2)) is this
/// one with peak = (E · warmup)^(-1/2).
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record InverseSquareRoot(double peak, int warmup) implements Schedule {
    public static final InverseSquareRoot EXAMPLE = new InverseSquareRoot(0.003, 400);

    public InverseSquareRoot {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak must be positive, not " + peak);
        }
        if (warmup < 1) {
            throw new IllegalArgumentException("warmup must be at least 1 step, not " + warmup);
        }
    }

    @Override
    public double rate(long step, long steps) {
        return peak * Math.min((double) step / warmup, Math.sqrt((double) warmup / step));
    }
}
