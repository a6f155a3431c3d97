package io.attend.activation;

import io.attend.kernel.Row;
import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/// A function of single numbers that makes a network more than one matrix.
public sealed interface Activation
        permits ClippedGelu,
                Gelu,
                GeluTanh,
                Identity,
                Laplace,
                LeakyRelu,
                Mish,
                QuickGelu,
                Relu,
                Relu6,
                Sigmoid,
                Silu,
                SquaredRelu,
                Tanh {
    Tensor apply(Tensor x);

    /// The same for one token at a time in plain memory, in place; absent where there is no such form.
    default Optional<Consumer<Row>> row() {
        return Optional.empty();
    }

    /// Operations a number, about.
    double flops();
}
