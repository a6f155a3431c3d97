package io.attend.head;

import io.attend.tensor.Tensor;
import java.util.OptionalDouble;

/// What heads that score words have in common.
final class Scores {
    private Scores() {}

    static void check(double scale, OptionalDouble softCap) {
        if (!(Double.isFinite(scale) && scale != 0)) {
            throw new IllegalArgumentException("scale must be a number other than 0, not " + scale);
        }
        if (softCap.isPresent() && !(softCap.getAsDouble() > 0)) {
            throw new IllegalArgumentException("the soft cap must be above 0, not " + softCap.getAsDouble());
        }
    }

    static Tensor scaled(Tensor x, double scale) {
        return scale == 1 ? x : x.mul(scale);
    }

    /// `cap · tanh(logits / cap)`, between −cap and cap.
    static Tensor capped(Tensor logits, OptionalDouble cap) {
        return cap.isEmpty() ? logits : logits.div(cap.getAsDouble()).tanh().mul(cap.getAsDouble());
    }

    /// Operations of both for so many rows of so many inputs and outputs.
    static double flops(double rows, double inputs, double outputs, double scale, OptionalDouble cap) {
        return (scale == 1 ? 0 : rows * inputs) + (cap.isEmpty() ? 0 : 7 * rows * outputs);
    }

    /// The work of a cross-entropy over so many outputs, whose log-probabilities are what is saved: as the
    /// backward pass begins there are also the logits, the gradient of one of the two, and then that of the
    /// other or of the weights.
    static double working(double rows, double inputs, double outputs) {
        return 2 * rows * outputs + Math.max(rows, inputs) * outputs;
    }

    /// Numbers that the cap keeps for the backward pass.
    static double saved(double rows, double outputs, OptionalDouble cap) {
        return cap.isEmpty() ? 0 : rows * outputs;
    }
}
