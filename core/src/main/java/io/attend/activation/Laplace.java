package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The distribution function of a normal number, placed so that it comes close to a squared ReLU near zero.
///
///     laplace(x) = 1/2 · (1 + erf((x − μ) / (σ √2)))      μ = 0.707107, σ = 0.282095
///
/// Names: Hugging Face calls it `laplace`.
@Source(paper = "Mega: Moving Average Equipped Gated Attention", arxiv = "2209.10655")
public record Laplace() implements Activation {
    public static final Laplace EXAMPLE = new Laplace();

    @Override
    public Tensor apply(Tensor x) {
        return x.sub(0.707107).div(0.282095 * Math.sqrt(2)).erf().add(1).mul(0.5);
    }

    @Override
    public double flops() {
        return 8;
    }
}
