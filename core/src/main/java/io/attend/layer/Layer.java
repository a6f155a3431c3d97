package io.attend.layer;

import io.attend.tensor.Tensor;

/// A function from vectors to vectors, [B, T, E] → [B, T, E], with parameters fixed when it was built. All that
/// changes between calls is in the context.
public interface Layer {
    Tensor forward(Tensor x, Context context);

    /// The same of the normed vectors. A layer that remembers what it was given asks for the norm itself, since
    /// what it remembers is what stood before it.
    default Tensor behind(Layer norm, Tensor x, Context context) {
        return forward(norm.forward(x, context), context);
    }

    /// What [#forward] costs under a load.
    Cost cost(Load load);
}
