package io.attend.layer;

import io.attend.kernel.Matrix;
import io.attend.tensor.ProductLoss;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A learned matrix product, `y = x Wᵀ + b`: x [..., I] → y [..., O]. Every weight of every model multiplies
/// here, so that adapters and quantisation wrap a product by its name and never touch a layer.
///
/// In G groups, each G-th of the outputs sees only its G-th of the inputs, and the weight is [O, I / G]: what a
/// convolution of kernel 1 with groups is.
///
/// Cost: 2·I·O / G operations a row.
public final class Linear {
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private final long inputs;
    private final long outputs;
    private final long groups;
    private Product product;
    private boolean wrapped;

    /// Records `weight` [outputs, inputs / groups] and, if asked for, `bias` [outputs] at this place.
    public Linear(Parameters parameters, Size size, Bias bias) {
        this.inputs = size.inputs;
        this.outputs = size.outputs;
        this.groups = size.groups;
        if (inputs % groups != 0 || outputs % groups != 0) {
            throw parameters.refuse(groups + " groups cannot divide a product of " + inputs + " inputs and " + outputs
                    + " outputs evenly; change the groups or the sizes");
        }
        this.weight = parameters.weight("weight", Shape.of(outputs, inputs / groups), Initializer.GLOROT);
        this.bias = bias == Bias.ADDED
                ? Optional.of(parameters.weight("bias", Shape.of(outputs), Initializer.ZEROS))
                : Optional.empty();
        this.product = groups == 1 ? this::dense : this::grouped;
        parameters.add(this);
        if (groups == 1) {
            weight.allowPacking();
        }
    }

    /// A product at this place with the numbers of a weight [outputs, inputs] that stands elsewhere, as a head
    /// that scores words by their embeddings has it; only a bias, if asked for, is its own.
    public Linear(Parameters parameters, Parameter tied, Bias bias) {
        this.inputs = tied.shape().size(1);
        this.outputs = tied.shape().size(0);
        this.groups = 1;
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
        private final long groups;

        private Size(long inputs, long outputs, long groups) {
            this.inputs = inputs;
            this.outputs = outputs;
            this.groups = groups;
        }

        public static Size from(long inputs) {
            return new Size(inputs, inputs, 1);
        }

        public Size to(long outputs) {
            return new Size(inputs, outputs, groups);
        }

        /// In so many independent parts.
        public Size groups(long count) {
            if (count < 1) {
                throw new IllegalArgumentException("a product needs at least 1 group, not " + count);
            }
            return new Size(inputs, outputs, count);
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

    /// The mean cross-entropy of the outputs taken as scores of classes, without ever making all of them; see
    /// [ProductLoss]. What wraps the product is asked for all of them.
    ///
    /// @param x [..., I]
    /// @param classes the right output of each row, int64, of the shape of x without its last axis
    /// @param ignored the class of rows that do not count
    /// @param smoothing the share of certainty spread evenly over all classes
    public Tensor crossEntropy(Tensor x, Tensor classes, long ignored, double smoothing) {
        Tensor rows = x.reshape(-1, inputs);
        Tensor right = classes.reshape(-1);
        return wrapped || groups != 1 || weight.packed().isPresent()
                ? forward(rows).crossEntropy(right, ignored, smoothing)
                : ProductLoss.of(rows, weight.tensor(), bias.map(Parameter::tensor), right, ignored, smoothing);
    }

    /// The same weight used the other way, `x W`: [..., O] → [..., I], without the bias.
    ///
    /// @throws IllegalStateException if the product is wrapped: what wraps it knows only the one way
    public Tensor backwards(Tensor x) {
        requirePlain();
        return x.matmul(weight.tensor());
    }

    /// The weights of some outputs [N] of int64: [N, I].
    ///
    /// @throws IllegalStateException if the product is wrapped: what wraps it knows only all outputs
    public Tensor weights(Tensor outputs) {
        requireUnwrapped();
        return weight.rows(outputs);
    }

    /// The biases of some outputs [N] of int64: [N]; absent where there is none.
    public Optional<Tensor> biases(Tensor outputs) {
        return bias.map(all -> all.tensor().indexSelect(0, outputs));
    }

    /// Whether the product is computed with the weight as it is, and nothing is wrapped around it.
    public boolean isPlain() {
        return !wrapped;
    }

    private void requirePlain() {
        requireUnwrapped();
        weight.tensor();
    }

    private void requireUnwrapped() {
        if (wrapped) {
            throw new IllegalStateException(
                    weight.name() + " is used row by row or backwards here, which an adapter or a"
                            + " quantised product cannot be; merge it first, or choose other layers for it");
        }
    }

    /// Puts another way of computing in place of the present one, which it is given.
    public void wrap(java.util.function.UnaryOperator<Product> wrapper) {
        product = wrapper.apply(product);
        wrapped = true;
    }

    /// The weight [O, I / G].
    public Parameter weight() {
        return weight;
    }

    /// In how many independent parts it is computed, G; 1 for an ordinary product.
    public long groups() {
        return groups;
    }

    /// The bias [O], if it has one.
    public Optional<Parameter> bias() {
        return bias;
    }

    /// The weights for the kernels; absent where the product is wrapped, in groups, or of other weights.
    Optional<Matrix> matrix(StepPlan plan) {
        return wrapped || groups != 1 ? Optional.empty() : plan.matrix(weight);
    }

    private Tensor dense(Tensor x) {
        if (weight.packed().isPresent()) {
            Tensor y = PackedProduct.of(weight.packed().get(), x); // [..., O]
            return bias.isPresent() ? y.add(bias.get().tensor()) : y;
        }
        return bias.isPresent() ? x.linear(weight.tensor(), bias.get().tensor()) : x.linear(weight.tensor());
    }

    private Tensor grouped(Tensor x) {
        long[] shape = x.shape().toArray();
        shape[shape.length - 1] = outputs;
        Tensor rows = x.reshape(-1, groups, inputs / groups).transpose(0, 1); // [G, N, I / G]
        Tensor matrices = weight.tensor().reshape(groups, outputs / groups, inputs / groups); // [G, O / G, I / G]
        Tensor y = rows.matmul(matrices.transpose(1, 2)).transpose(0, 1).reshape(shape); // [..., O]
        return bias.isPresent() ? y.add(bias.get().tensor()) : y;
    }

    /// Operations for that many rows.
    public double flops(double rows) {
        return 2.0 * rows * inputs * outputs / groups;
    }
}
