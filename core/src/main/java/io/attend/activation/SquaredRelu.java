package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The rectified linear unit, squared.
///
///     y = max(x, 0)²
///
/// Names: Hugging Face calls it `relu2`.
@Source(paper = "Primer: Searching for Efficient Transformers for Language Modeling", arxiv = "2109.08668")
public record SquaredRelu() implements Activation {
    public static final SquaredRelu EXAMPLE = new SquaredRelu();

    @Override
    public Tensor apply(Tensor x) {
        return x.relu().square();
    }

    @Override
    public double flops() {
        return 2;
    }
}
