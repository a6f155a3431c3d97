package io.attend.layer;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A learned matrix product, `y = x Wᵀ + b`: x [..., I] → y [..., O]. Every weight of every model multiplies here,
/// so that adapters and quantisation wrap a product by its name and never touch a layer.
///
/// Cost: 2·I·O operations a row.
public final class Linear {
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private final long inputs;
    private final long outputs;
    private Product product;

    /// Records `weight` [outputs, inputs] and, if asked for, `bias` [outputs] at this place.
    public Linear(Parameters parameters, Size size, Bias bias) {
        this.inputs = size.inputs;
        this.outputs = size.outputs;
        this.weight = parameters.weight("weight", Shape.of(outputs, inputs), Initializer.GLOROT);
        this.bias = bias == Bias.ADDED
                ? Optional.of(parameters.weight("bias", Shape.of(outputs), Initializer.ZEROS))
                : Optional.empty();
        this.product = this::dense;
        parameters.add(this);
    }

    /// A product at this place with the numbers of a weight [outputs, inputs] that stands elsewhere, as a head that
    /// scores words by their embeddings has it; only a bias, if asked for, is its own.
    public Linear(Parameters parameters, Parameter tied, Bias bias) {
        this.inputs = tied.shape().size(1);
        this.outputs = tied.shape().size(0);
        this.weight = tied;
        this.bias = bias == Bias.ADDED
                ? Optional.of(parameters.weight("bias", Shape.of(outputs), Initializer.ZEROS))
                : Optional.empty();
        this.product = this::dense;
        parameters.add(this);
    }

    /// The sizes of a product, named so that they cannot be swapped: `Size.from(64).to(256)`.
    public static final class Size {
        private final long inputs;
        private final long outputs;

        private Size(long inputs, long outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        public static Size from(long inputs) {
            return new Size(inputs, inputs);
        }

        public Size to(long outputs) {
            return new Size(inputs, outputs);
        }
    }

    /// How the product is computed.
    @FunctionalInterface
    public interface Product {
        Tensor apply(Tensor x);
    }

    public Tensor forward(Tensor x) {
        return product.apply(x);
    }

    /// The same weight used the other way, `x W`: [..., O] → [..., I], without the bias.
    public Tensor backwards(Tensor x) {
        return x.matmul(weight.tensor());
    }

    /// Puts another way of computing in place of the present one, which it is given.
    public void wrap(java.util.function.UnaryOperator<Product> wrapper) {
        product = wrapper.apply(product);
    }

    /// The weight [O, I].
    public Parameter weight() {
        return weight;
    }

    /// The bias [O], if it has one.
    public Optional<Parameter> bias() {
        return bias;
    }

    private Tensor dense(Tensor x) {
        return bias.isPresent() ? x.linear(weight.tensor(), bias.get().tensor()) : x.linear(weight.tensor());
    }

    /// Operations for that many rows.
    public double flops(double rows) {
        return 2.0 * rows * inputs * outputs;
    }
}
