package io.attend.scan;

import io.attend.layer.Initializer;
import io.attend.tensor.Tensor;

/// How far one position moves a state, softplus(r + β): where β starts.
public final class StepSize {
    private StepSize() {}

    /// Steps from 0.001 to 0.1, evenly spread in their logarithm; softplus⁻¹(x) = x + ln(1 − e⁻ˣ).
    public static final Initializer START = (shape, random) -> {
        Tensor steps = random.uniform(shape, Math.log(1e-3), Math.log(0.1)).exp();
        return steps.add(steps.neg().exp().neg().add(1).log());
    };
}
