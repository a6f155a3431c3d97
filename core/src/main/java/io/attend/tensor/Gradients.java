package io.attend.tensor;

import java.util.List;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// What is done to all gradients of a model at once.
public final class Gradients {
    private Gradients() {}

    /// Scales the gradients of `weights` down together if their joint Euclidean norm passes `most` (Pascanu et al.
    /// 2013).
    ///
    /// @return the norm before
    public static double clip(List<Tensor> weights, double most) {
        try (Lifetime _ = Lifetime.open()) {
            TensorVector vector = Tensor.vector(weights.toArray(Tensor[]::new));
            return torch.clip_grad_norm_(vector, most);
        }
    }
}
