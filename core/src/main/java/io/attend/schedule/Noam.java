package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// The schedule of the 2017 paper as it writes it: the height follows from the model's width E.
///
///     rate(t) = factor · E^(−1/2) · min(t^(−1/2), t · warmup^(−3/2))
///
/// Its peak, at step `warmup`, is factor · (E · warmup)^(−1/2): 0.0007 for the base model (512, 4,000). The
/// same curve as [InverseSquareRoot] with that peak. Names: our `width` is the paper's d_model.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record Noam(int width, @Default("1.0") double factor, int warmup) implements Schedule {
    public static final Noam EXAMPLE = new Noam(512, 1, 4000);

    public Noam {
        Rates.positive("width", width);
        Rates.positive("factor", factor);
        Rates.positive("warmup", warmup);
    }

    @Override
    public double rate(long step, long steps) {
        return factor * Math.pow(width, -0.5) * Math.min(Math.pow(step, -0.5), step * Math.pow(warmup, -1.5));
    }
}
