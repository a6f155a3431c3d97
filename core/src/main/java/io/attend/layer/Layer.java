package io.attend.layer;

import io.attend.tensor.Tensor;

/// A function from vectors to vectors, [B, T, E] → [B, T, E], with parameters fixed when it was built. All that
/// changes between calls is in the context.
public interface Layer {
    Tensor forward(Tensor x, Context context);

    /// What [#forward] costs under a load.
    Cost cost(Load load);
}
