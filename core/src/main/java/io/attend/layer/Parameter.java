package io.attend.layer;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A named array of numbers in a model. Building a model only records them; they are filled afterwards, from a
/// checkpoint or from their initializers, so that one build path serves both and shapes can be known without
/// memory or native code.
public final class Parameter {
    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private final Kind kind;
    private Optional<Tensor> tensor = Optional.empty();

    Parameter(String name, Shape shape, Initializer initializer, Kind kind) {
        this.name = name;
        this.shape = shape;
        this.initializer = initializer;
        this.kind = kind;
    }

    /// Whether a number is learned, measured, or follows from the architecture.
    public enum Kind {
        /// Learned, saved in checkpoints.
        WEIGHT,
        /// Measured on the batches of training, such as a running mean: saved in checkpoints, but not learned.
        RUNNING,
        /// Given by a formula, neither learned nor saved.
        FIXED;

        /// Whether checkpoints hold it.
        public boolean isSaved() {
            return this != FIXED;
        }
    }

    /// The path from the root of the model, such as `decoder.0.attention.query.weight`.
    public String name() {
        return name;
    }

    public Shape shape() {
        return shape;
    }

    public Initializer initializer() {
        return initializer;
    }

    public Kind kind() {
        return kind;
    }

    /// The numbers.
    ///
    /// @throws IllegalStateException if the model was only recorded
    public Tensor tensor() {
        return tensor.orElseThrow(() -> new IllegalStateException(name
                + " has no numbers: the model was only recorded, or is closed; use"
                + " Transformer.initialize or Transformer.load"));
    }

    /// The type of its numbers.
    public DType dtype() {
        return tensor().dtype();
    }

    /// Gives the parameter its numbers and keeps them until [#close].
    public void fill(Tensor numbers) {
        if (!numbers.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    name + ": the model wants " + shape + ", but the tensor is " + numbers.shape());
        }
        numbers.retain();
        close();
        tensor = Optional.of(numbers);
    }

    void close() {
        tensor.ifPresent(Tensor::close);
        tensor = Optional.empty();
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
