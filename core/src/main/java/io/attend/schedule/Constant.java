package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// The same rate at every step, after a straight rise to it over `warmup` steps if there are any.
///
///     rate(t) = rate · min(1, t / warmup)
@Source(paper = "A Stochastic Approximation Method", reference = "Annals of Mathematical Statistics 22(3), 1951")
public record Constant(double rate, @Default("0") int warmup) implements Schedule {
    public static final Constant EXAMPLE = new Constant(0.001);

    public Constant {
        Rates.positive("rate", rate);
        Rates.warmup(warmup);
    }

    /// Without a warm-up.
    public Constant(double rate) {
        this(rate, 0);
    }

    @Override
    public double rate(long step, long steps) {
        return step < warmup ? Rates.rise(rate, step, warmup) : rate;
    }
}
