package io.attend.norm;

import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;

/// A number for each feature that follows what batches show while a model trains: a falling average.
///
///     r ← (1 − momentum) · r + momentum · seen
record Running(Parameter parameter, double momentum) {
    /// The present numbers [E].
    Tensor numbers(DType dtype) {
        return parameter.tensor().to(dtype);
    }

    void follow(Tensor seen, Context context) {
        if (context.isAgain()) {
            return;
        }
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tensor present = parameter.tensor();
            present.mul_(1 - momentum).add_(seen.detach().to(present.dtype()).mul(momentum));
        }
    }
}
