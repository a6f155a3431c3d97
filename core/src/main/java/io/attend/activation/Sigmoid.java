package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The logistic function. On the gate of a gated feed-forward it makes the original GLU.
///
///     σ(x) = 1 / (1 + e⁻ˣ)
///
/// Names: Hugging Face calls it `sigmoid`.
@Source(paper = "Language Modeling with Gated Convolutional Networks", arxiv = "1612.08083")
public record Sigmoid() implements Activation {
    public static final Sigmoid EXAMPLE = new Sigmoid();

    @Override
    public Tensor apply(Tensor x) {
        return x.sigmoid();
    }

    @Override
    public double flops() {
        return 4;
    }
}
