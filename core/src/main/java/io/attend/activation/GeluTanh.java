package io.attend.activation;

import io.attend.kernel.Row;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;
import java.util.function.Consumer;

/// The Gaussian error linear unit by a hyperbolic tangent, as GPT-2 computes it; within 0.001 of the exact one.
///
///     gelu(x) ≈ x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
///
/// Names: Hugging Face calls it `gelu_new`, `gelu_pytorch_tanh` or `gelu_fast`.
@Source(paper = "Gaussian Error Linear Units (GELUs)", arxiv = "1606.08415")
public record GeluTanh() implements Activation {
    public static final GeluTanh EXAMPLE = new GeluTanh();

    @Override
    public Tensor apply(Tensor x) {
        return x.geluTanh();
    }

    @Override
    public Optional<Consumer<Row>> row() {
        return Optional.of(Row::geluTanh);
    }

    @Override
    public double flops() {
        return 10;
    }
}
