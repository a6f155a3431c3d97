package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then a fall to `end` along a power of what is left.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = end + (peak − end) · (1 − p)^power                       after
///
/// where p = (t − warmup) / (steps − warmup). Power 1 is [Linear]; above it the fall is steep first.
@Source(paper = "ParseNet: Looking Wider to See Better", arxiv = "1506.04579")
public record Polynomial(
        double peak,
        int warmup,
        @Default("2.0") double power,
        @Default("0.0") double end) implements Schedule {
    public static final Polynomial EXAMPLE = new Polynomial(0.001, 100, 2, 1e-5);

    public Polynomial {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        Rates.positive("power", power);
        Rates.end(end, peak);
    }

    @Override
    public double rate(long step, long steps) {
        return step < warmup
                ? Rates.rise(peak, step, warmup)
                : end + (peak - end) * Math.pow(1 - Rates.progress(step, warmup, steps), power);
    }
}
