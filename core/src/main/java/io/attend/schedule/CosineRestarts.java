package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then `cycles` equal falls of half a cosine wave, each from
/// `peak` towards `end`, with a jump back up between them.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = end + (peak − end) · (1 + cos(π · (cycles · p mod 1))) / 2   after
///
/// where p = (t − warmup) / (steps − warmup); the last step is at `end`. The paper also lets each cycle be
/// longer than the one before; here all are equal.
@Source(paper = "SGDR: Stochastic Gradient Descent with Warm Restarts", arxiv = "1608.03983")
public record CosineRestarts(
        double peak,
        int warmup,
        double cycles,
        @Default("0.0") double end) implements Schedule {
    public static final CosineRestarts EXAMPLE = new CosineRestarts(0.003, 400, 3, 0);

    public CosineRestarts {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        Rates.positive("cycles", cycles);
        Rates.end(end, peak);
    }

    @Override
    public double rate(long step, long steps) {
        if (step < warmup) {
            return Rates.rise(peak, step, warmup);
        }
        double progress = Rates.progress(step, warmup, steps);
        return progress == 1 ? end : end + (peak - end) * (1 + Math.cos(Math.PI * (cycles * progress % 1))) / 2;
    }
}
