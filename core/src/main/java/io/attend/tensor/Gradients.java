package io.attend.tensor;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/// What is done to all gradients of a model at once. Weights without a gradient are passed over.
public final class Gradients {
    private Gradients() {}

    /// Scales the gradients of `weights` down together if their joint Euclidean norm passes `most` (Pascanu et
    /// al. 2013).
    ///
    ///     g ← g · min(1, most / (‖g‖ + 10⁻⁶))
    ///
    /// @return the norm before
    public static double clip(List<Tensor> weights, double most) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            TensorList gradients = of(weights);
            double norm = norm(gradients);
            double scale = most / (norm + 1e-6);
            if (scale < 1) {
                gradients.mul_(scale);
            }
            return norm;
        }
    }

    /// Holds every number of every gradient within [-most, most].
    ///
    /// @return the joint Euclidean norm before
    public static double clipValue(List<Tensor> weights, double most) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            double norm = norm(of(weights));
            torch.clip_grad_value_(Tensor.vector(weights.toArray(Tensor[]::new)), most);
            return norm;
        }
    }

    /// Multiplies all gradients.
    public static void scale(List<Tensor> weights, double factor) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            TensorList gradients = of(weights);
            if (!gradients.isEmpty()) {
                gradients.mul_(factor);
            }
        }
    }

    /// The joint Euclidean norm of all gradients; 0 if there are none.
    public static double norm(List<Tensor> weights) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return norm(of(weights));
        }
    }

    private static double norm(TensorList gradients) {
        return gradients.isEmpty() ? 0 : gradients.norm().item();
    }

    private static TensorList of(List<Tensor> weights) {
        return TensorList.of(
                weights.stream().map(Tensor::grad).flatMap(Optional::stream).toList());
    }
}
