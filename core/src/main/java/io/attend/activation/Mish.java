package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// A smooth rectifier that dips below zero.
///
///     mish(x) = x · tanh(ln(1 + eˣ))
///
/// Names: Hugging Face calls it `mish`.
@Source(paper = "Mish: A Self Regularized Non-Monotonic Activation Function", arxiv = "1908.08681")
public record Mish() implements Activation {
    public static final Mish EXAMPLE = new Mish();

    @Override
    public Tensor apply(Tensor x) {
        return x.mish();
    }

    @Override
    public double flops() {
        return 12;
    }
}
