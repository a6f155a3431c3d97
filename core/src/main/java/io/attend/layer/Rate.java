package io.attend.layer;

/// How fast something grows with the length T of a text.
///
///     T^power · (log T)^logarithms
public record Rate(double power, int logarithms) {
    public static final Rate CONSTANT = new Rate(0, 0);
    public static final Rate LINEAR = new Rate(1, 0);
    public static final Rate LOG_LINEAR = new Rate(1, 1);
    public static final Rate ROOT = new Rate(1.5, 0);
    public static final Rate SQUARE = new Rate(2, 0);

    public Rate {
        if (!(power >= 0 && power < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a rate needs a power of at least 0, not " + power);
        }
        if (logarithms < 0) {
            throw new IllegalArgumentException("a rate cannot have " + logarithms + " logarithms");
        }
    }

    /// The power of T that joins two lengths: its own, and a little more for logarithms.
    public double exponent(double from, double to) {
        return power + logarithms * Math.log(Math.log(to) / Math.log(from)) / Math.log(to / from);
    }

    /// As people write it: `T log T`.
    @Override
    public String toString() {
        String powers = power == 0 ? "" : power == 1 ? "T" : power == 2 ? "T²" : power == 1.5 ? "T√T" : "T^" + power;
        String logs = logarithms == 0 ? "" : logarithms == 1 ? "log T" : "log^" + logarithms + " T";
        String both = (powers + " " + logs).strip();
        return both.isEmpty() ? "1" : both;
    }
}
