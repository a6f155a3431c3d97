package io.attend.training;

import io.attend.tensor.DType;
import io.attend.tensor.Device;
import java.util.Optional;

/// What a training step's matrix products are computed in. Weights and what the optimizer keeps are float32 in
/// any case.
public sealed interface Precision permits BFloat16, Float16, Float32 {
    /// The type of products; absent if that of the weights.
    Optional<DType> products();

    /// How the loss is scaled so that small gradients do not vanish; absent if it is not.
    default Optional<LossScaling> lossScaling() {
        return Optional.empty();
    }

    /// @throws IllegalArgumentException if devices of that kind cannot compute so
    default void check(Device.Kind kind) {}
}
