package io.attend.layer;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// Choices that layers would draw by chance, given from outside: what another program drew, so that its
/// numbers can be compared.
@FunctionalInterface
public interface Draws {
    /// The choice of the layer at a place, if there is one for it.
    ///
    /// @param what the layer's own name for it, such as `blocks`
    Optional<Tensor> of(Place place, String what);
}
