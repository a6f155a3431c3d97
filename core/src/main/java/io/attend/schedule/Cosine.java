package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then waves of the cosine between it and `end`; with half a
/// cycle, the usual one, a single fall that reaches `end` at the last step.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = end + (peak − end) · (1 + cos(2π · cycles · p)) / 2      after
///
/// where p = (t − warmup) / (steps − warmup). Because it ends at `end` it needs to know how many steps there
/// will be; a run that is lengthened afterwards is another run.
@Source(paper = "SGDR: Stochastic Gradient Descent with Warm Restarts", arxiv = "1608.03983")
public record Cosine(
        double peak,
        int warmup,
        @Default("0.5") double cycles,
        @Default("0.0") double end) implements Schedule {
    public static final Cosine EXAMPLE = new Cosine(0.003, 400);

    public Cosine {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        Rates.positive("cycles", cycles);
        Rates.end(end, peak);
    }

    /// One fall down to zero.
    public Cosine(double peak, int warmup) {
        this(peak, warmup, 0.5, 0);
    }

    @Override
    public double rate(long step, long steps) {
        return step < warmup
                ? Rates.rise(peak, step, warmup)
                : end + (peak - end) * (1 + Math.cos(2 * Math.PI * cycles * Rates.progress(step, warmup, steps))) / 2;
    }
}
