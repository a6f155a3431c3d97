package io.attend.schedule;

/// What schedules have in common: a straight rise first, and how far the rest has come.
final class Rates {
    private Rates() {}

    /// The height on the way up: 0 at step 0, `peak` at step `warmup`.
    static double rise(double peak, long step, int warmup) {
        return peak * step / warmup;
    }

    /// How far a step is from the end of the warm-up (0) to the last step (1), and 1 beyond.
    static double progress(long step, int warmup, long steps) {
        return Math.clamp((double) (step - warmup) / Math.max(1, steps - warmup), 0.0, 1.0);
    }

    static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    static void warmup(int warmup) {
        if (warmup < 0) {
            throw new IllegalArgumentException("warmup must be at least 0 steps, not " + warmup);
        }
    }

    /// An end must lie between 0 and the peak.
    static void end(double end, double peak) {
        if (!(end >= 0 && end <= peak)) {
            throw new IllegalArgumentException("end " + end + " is outside [0, " + peak + "], the peak");
        }
    }
}
