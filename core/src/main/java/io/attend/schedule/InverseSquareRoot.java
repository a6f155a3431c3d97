package io.attend.schedule;

import io.attend.value.Source;
import java.util.OptionalInt;

/// A straight rise over `warmup` steps to `peak`, then a fall with the square root of the step.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = peak · √(s / (t − warmup + s))                           after
///
/// where s is `timescale`, the steps in which the rate falls to 1/√2 of the peak; left out, it is `warmup`, and
/// the fall is peak · √(warmup / t), the paper's shape. [Noam] gives its height as the paper does.
@Source(paper = "Scaling Vision Transformers", arxiv = "2106.04560")
public record InverseSquareRoot(double peak, int warmup, OptionalInt timescale) implements Schedule {
    public static final InverseSquareRoot EXAMPLE = new InverseSquareRoot(0.003, 400);

    public InverseSquareRoot {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        timescale.ifPresent(steps -> Rates.positive("timescale", steps));
        if (warmup == 0 && timescale.isEmpty()) {
            throw new IllegalArgumentException("warmup must be at least 1 step without a timescale, not 0");
        }
    }

    /// With the warm-up as timescale, as the paper has it.
    public InverseSquareRoot(double peak, int warmup) {
        this(peak, warmup, OptionalInt.empty());
    }

    @Override
    public double rate(long step, long steps) {
        double scale = timescale.orElse(warmup);
        return step < warmup ? Rates.rise(peak, step, warmup) : peak * Math.sqrt(scale / (step - warmup + scale));
    }
}
