package io.attend.activation;

import io.attend.tensor.Tensor;

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

    /// Operations a number, about.
    double flops();
}
