package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// A straight rise over `warmup` steps to `peak`, a plateau, and a fall to `end` over the last `decay` steps.
/// The plateau can be left at any time, so one long run serves many lengths.
///
///     rate(t) = peak · t / warmup                                        t ≤ warmup
///     rate(t) = peak                                                     until steps − decay
///     rate(t) = end + (peak − end) · fall(p)                             after
///
/// where p = (t − (steps − decay)) / decay and fall(p) is 1 − p, (1 + cos πp) / 2 or 1 − √p.
@Source(
        paper = "MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training Strategies",
        arxiv = "2404.06395")
public record WarmupStableDecay(
        double peak,
        int warmup,
        @Default("\"cosine\"") Fall fall,
        int decay,
        @Default("0.0") double end) implements Schedule {
    public static final WarmupStableDecay EXAMPLE = new WarmupStableDecay(0.001, 100, Fall.COSINE, 400, 1e-5);

    /// How the rate comes down.
    public enum Fall {
        LINEAR,
        COSINE,
        SQUARE_ROOT;

        double at(double progress) {
            return switch (this) {
                case LINEAR -> 1 - progress;
                case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
                case SQUARE_ROOT -> 1 - Math.sqrt(progress);
            };
        }
    }

    public WarmupStableDecay {
        Rates.positive("peak", peak);
        Rates.warmup(warmup);
        Rates.positive("decay", decay);
        Rates.end(end, peak);
    }

    @Override
    public double rate(long step, long steps) {
        long leaving = Math.max(warmup, steps - decay);
        if (step < warmup) {
            return Rates.rise(peak, step, warmup);
        } else if (step <= leaving) {
            return peak;
        }
        double progress = Math.min(1, (double) (step - leaving) / Math.max(1, steps - leaving));
        return end + (peak - end) * fall.at(progress);
    }
}
