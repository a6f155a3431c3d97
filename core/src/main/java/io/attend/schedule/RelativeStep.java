package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// The relative step size of Adafactor, made to be multiplied with the size of each weight
/// ([io.attend.optimizer.Adafactor.Step#RELATIVE]).
///
///     rate(t) = min(peak, 1 / √t)                                        without a warm-up
///     rate(t) = min(peak · t / warmup, 1 / √t)                           with one, up to step `warmup`
///
/// The paper's are peak 0.01 and, where it warms up, 10,000 steps: a slope of 10⁻⁶.
@Source(paper = "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", arxiv = "1804.04235")
public record RelativeStep(
        @Default("0.01") double peak, @Default("0") int warmup) implements Schedule {
    public static final RelativeStep EXAMPLE = new RelativeStep(0.01, 10_000);

    public RelativeStep {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
    }

    @Override
    public double rate(long step, long steps) {
        return Math.min(step < warmup ? Rates.rise(peak, step, warmup) : peak, 1 / Math.sqrt(step));
    }
}
