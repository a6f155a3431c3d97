package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, then a straight fall to `end` at the last step: how BERT was
/// trained and is fine-tuned.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = end + (peak − end) · (1 − p)                             after
///
/// where p = (t − warmup) / (steps − warmup).
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Linear(
        double peak, int warmup, @Default("0.0") double end) implements Schedule {
    public static final Linear EXAMPLE = new Linear(5e-5, 100, 0);

    public Linear {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        Rates.end(end, peak);
    }

    @Override
    public double rate(long step, long steps) {
        return step < warmup
                ? Rates.rise(peak, step, warmup)
                : end + (peak - end) * (1 - Rates.progress(step, warmup, steps));
    }
}
