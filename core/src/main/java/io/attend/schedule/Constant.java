package io.attend.schedule;

import io.attend.value.Source;

/// The same rate at every step.
///
///     rate(t) = rate
@Source(paper = "A Stochastic Approximation Method", reference = "Annals of Mathematical Statistics 22(3), 1951")
public record Constant(double rate) implements Schedule {
    public static final Constant EXAMPLE = new Constant(0.001);

    public Constant {
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("rate must be positive, not " + rate);
        }
    }

    @Override
    public double rate(long step, long steps) {
        return rate;
    }
}
