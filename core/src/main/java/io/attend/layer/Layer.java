package io.attend.layer;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// A function from vectors to vectors, [B, T, E] → [B, T, E], with parameters fixed when it was built. All that
/// changes between calls is in the context.
public interface Layer {
    Tensor forward(Tensor x, Context context);

    /// The same for one token of one text at a time, in plain memory; absent where a layer has no such form.
    ///
    /// @param place where it is applied
    default Optional<RowStep> row(StepPlan plan, Place place) {
        return Optional.empty();
    }

    /// The same of the normed vectors. A layer that remembers what it was given asks for the norm itself, since
    /// what it remembers is what stood before it.
    default Tensor behind(Layer norm, Tensor x, Context context) {
        return forward(norm.forward(x, context), context);
    }

    /// What [#forward] costs under a load.
    Cost cost(Load load);
}
