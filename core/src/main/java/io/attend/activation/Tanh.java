package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The hyperbolic tangent.
///
///     tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
///
/// Names: Hugging Face calls it `tanh`.
@Source(paper = "Efficient BackProp", reference = "LeCun, Bottou, Orr and Müller 1998")
public record Tanh() implements Activation {
    public static final Tanh EXAMPLE = new Tanh();

    @Override
    public Tensor apply(Tensor x) {
        return x.tanh();
    }

    @Override
    public double flops() {
        return 6;
    }
}
