package io.attend.position;

/// How the frequencies of [Rotary] are changed so that a model reads texts longer than those it was trained on.
public sealed interface RotaryScaling
        permits DynamicScaling, LinearScaling, Llama3Scaling, LongRopeScaling, NoScaling, YarnScaling {
    /// Radians a token, size / 2 of them, in a pass whose furthest token stands at `length` - 1.
    double[] frequencies(Band band, long length);

    /// Whether [#frequencies] depends on the length.
    default boolean followsLength() {
        return false;
    }

    /// What cosines and sines are multiplied by, so that scores keep their spread.
    default double magnitude() {
        return 1;
    }

    /// The frequencies a rotation has before any scaling: θ^(−2i/R) for i < R/2.
    ///
    /// @param theta the base θ
    /// @param size numbers of a head that are turned, R
    record Band(double theta, int size) {
        double[] frequencies() {
            double[] frequencies = new double[size / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = Math.pow(theta, -2.0 * i / size);
            }
            return frequencies;
        }
    }

    /// What every factor of a scaling must be.
    static double checkFactor(double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("factor must be at least 1, not " + factor);
        }
        return factor;
    }

    /// What a length of training must be.
    static int checkTrained(int trained) {
        if (trained < 1) {
            throw new IllegalArgumentException("the trained length must be at least 1, not " + trained);
        }
        return trained;
    }
}
