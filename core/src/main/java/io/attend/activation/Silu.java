package io.attend.activation;

import io.attend.kernel.Row;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;
import java.util.function.Consumer;

/// The input times its own logistic function. On the gate of a gated feed-forward it makes SwiGLU.
///
///     silu(x) = x · σ(x)
///
/// Names: Hugging Face calls it `silu` or `swish`.
@Source(paper = "Gaussian Error Linear Units (GELUs)", arxiv = "1606.08415")
public record Silu() implements Activation {
    public static final Silu EXAMPLE = new Silu();

    @Override
    public Tensor apply(Tensor x) {
        return x.silu();
    }

    @Override
    public Optional<Consumer<Row>> row() {
        return Optional.of(Row::silu);
    }

    @Override
    public double flops() {
        return 5;
    }
}
