package io.attend.schedule;

import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then half a wave of the cosine down to zero at the last step.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = peak · (1 + cos(π · (t − warmup) / (steps − warmup))) / 2    after
///
/// Because it ends at zero it needs to know how many steps there will be; a run that is lengthened afterwards is
/// another run.
@Source(paper = "SGDR: Stochastic Gradient Descent with Warm Restarts", arxiv = "1608.03983")
public record Cosine(double peak, int warmup) implements Schedule {
    public static final Cosine EXAMPLE = new Cosine(0.003, 400);

    public Cosine {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak must be positive, not " + peak);
        }
        if (warmup < 1) {
            throw new IllegalArgumentException("warmup must be at least 1 step, not " + warmup);
        }
    }

    @Override
    public double rate(long step, long steps) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        return peak * (1 + Math.cos(Math.PI * (step - warmup) / (steps - warmup))) / 2;
    }
}
