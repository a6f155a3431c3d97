package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Gaussian error linear unit, exact: the input times the chance that a standard normal number is smaller than
/// it.
///
///     gelu(x) = x · Φ(x) = x/2 · (1 + erf(x / √2))
///
/// Names: Hugging Face calls it `gelu`.
@Source(paper = "Gaussian Error Linear Units (GELUs)", arxiv = "1606.08415")
public record Gelu() implements Activation {
    public static final Gelu EXAMPLE = new Gelu();

    @Override
    public Tensor apply(Tensor x) {
        return x.gelu();
    }

    @Override
    public double flops() {
        return 10;
    }
}
