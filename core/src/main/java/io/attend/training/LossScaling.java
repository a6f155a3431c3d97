package io.attend.training;

import io.attend.value.Default;

/// The loss times a factor, its gradients divided by it again, so that what is small in between does not vanish
/// in a half type. The factor is as large as goes: a step whose gradients overflow changes no weight and makes
/// it smaller; a row of steps that do not makes it larger.
///
/// @param start the first factor
/// @param growth what it is multiplied with after `interval` sound steps in a row
/// @param backoff what it is multiplied with when a gradient is not finite
/// @param interval how many sound steps in a row make it larger
public record LossScaling(
        @Default("65536") double start,
        @Default("2") double growth,
        @Default("0.5") double backoff,
        @Default("2000") int interval) {
    public LossScaling {
        if (!(start > 0 && Double.isFinite(start))) {
            throw new IllegalArgumentException("start must be positive, not " + start);
        }
        if (!(growth > 1 && Double.isFinite(growth))) {
            throw new IllegalArgumentException("growth must be above 1, not " + growth);
        }
        if (!(backoff > 0 && backoff < 1)) {
            throw new IllegalArgumentException("backoff " + backoff + " is outside (0, 1)");
        }
        if (interval < 1) {
            throw new IllegalArgumentException("interval must be at least 1, not " + interval);
        }
    }

    /// The factor at work.
    static final class Factor {
        private static final double LEAST = 0x1p-24; // float16's least step: it is not the factor that is too large

        private final LossScaling scaling;
        private double value;
        private long sound;

        Factor(LossScaling scaling) {
            this.scaling = scaling;
            this.value = scaling.start;
        }

        double value() {
            return value;
        }

        /// Takes in whether a step's gradients were finite.
        ///
        /// @return whether to go on: false if they were not and the factor is not to blame
        boolean step(boolean finite) {
            if (!finite) {
                value *= scaling.backoff;
                sound = 0;
                return value >= LEAST;
            }
            sound++;
            if (sound == scaling.interval) {
                value = Math.min(value * scaling.growth, 0x1p126); // what float32 can still be divided by
                sound = 0;
            }
            return true;
        }

        /// What is to be saved.
        double[] state() {
            return new double[] {value, sound};
        }

        void restore(double[] state) {
            value = state[0];
            sound = (long) state[1];
        }
    }
}
