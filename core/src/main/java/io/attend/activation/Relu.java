package io.attend.activation;

import io.attend.kernel.Row;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;
import java.util.function.Consumer;

/// Rectified linear unit.
///
///     relu(x) = max(x, 0)
///
/// Names: Hugging Face calls it `relu`.
@Source(paper = "Rectified Linear Units Improve Restricted Boltzmann Machines", reference = "ICML 2010")
public record Relu() implements Activation {
    public static final Relu EXAMPLE = new Relu();

    @Override
    public Tensor apply(Tensor x) {
        return x.relu();
    }

    @Override
    public Optional<Consumer<Row>> row() {
        return Optional.of(Row::relu);
    }

    @Override
    public double flops() {
        return 1;
    }
}
