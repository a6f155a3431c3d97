package io.attend.head;

import io.attend.layer.Cost;
import io.attend.tensor.ProductLoss;
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

    /// What the cross-entropy of so many rows keeps and works with, in the training step it is part of. Without a
    /// cap it is taken in chunks that leave only gradients behind ([ProductLoss]). With one, the log-probabilities
    /// and the capped scores are kept, and as the backward pass begins there are also the scores, the gradient of
    /// one of them, and then that of the other or of the weights.
    static Cost loss(double rows, double inputs, double outputs, OptionalDouble cap) {
        double chunk = Math.min(rows, ProductLoss.chunk((long) outputs));
        return cap.isEmpty()
                ? Cost.NONE.saving(rows * inputs + outputs * inputs).working(2 * chunk * outputs)
                : Cost.NONE
                        .saving(rows * (inputs + 2 * outputs))
                        .working(2 * rows * outputs + Math.max(rows, inputs) * outputs);
    }
}
