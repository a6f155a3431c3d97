package io.attend.layer;

import io.attend.kernel.Matrix;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.Optional;
import java.util.stream.LongStream;

/// A named array of numbers in a model. Building a model only records them; they are filled afterwards, from a
/// checkpoint or from their initializers, so that one build path serves both and shapes can be known without
/// memory or native code.
public final class Parameter {
    private final String name;
    private final Shape shape;
    private final Initializer initializer;
    private final Kind kind;
    private Optional<Tensor> tensor = Optional.empty();
    private Optional<Matrix> packed = Optional.empty();
    private boolean packable;

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
    /// @throws IllegalStateException if the model was only recorded, or they are packed
    public Tensor tensor() {
        return tensor.orElseThrow(() -> new IllegalStateException(
                packed.isPresent()
                        ? name + " is packed for inference (" + packed.get().label()
                                + "), and only products and rows can be read of it; load the model without packing"
                        : name + " has no numbers: the model was only recorded, or is closed; use"
                                + " Transformer.initialize or Transformer.load"));
    }

    /// The numbers where they are packed: in a format of fewer bits, or in memory that is no tensor's.
    public Optional<Matrix> packed() {
        return packed;
    }

    /// Says that nothing but products and rows are read of it, so that it may be packed.
    public void allowPacking() {
        packable = true;
    }

    /// Whether it may be packed: a matrix that products or rows are read of.
    public boolean isPackable() {
        return packable && kind == Kind.WEIGHT && shape.rank() == 2 && shape.count() > 0;
    }

    /// Gives the parameter packed numbers instead of a tensor: for inference alone.
    public void pack(Matrix matrix) {
        if (!isPackable() || matrix.rows() != shape.size(0) || matrix.columns() != shape.size(1)) {
            throw new IllegalArgumentException(name + " " + shape + " cannot be a packed matrix [" + matrix.rows()
                    + ", " + matrix.columns() + "]");
        }
        close();
        packed = Optional.of(matrix);
    }

    /// Rows [..., E] of a matrix by their numbers, as tensors; packed ones become float32.
    public Tensor rows(Tensor numbers) {
        if (packed.isEmpty()) {
            return tensor().embedding(numbers);
        }
        Matrix matrix = packed.get();
        long[] which = numbers.toLongs();
        float[] rows = new float[which.length * matrix.columns()];
        for (int i = 0; i < which.length; i++) {
            if (which[i] < 0 || which[i] >= matrix.rows()) {
                throw new TensorException(name + " has no row " + which[i] + ", only 0 to " + (matrix.rows() - 1));
            }
            matrix.row((int) which[i], rows, i * matrix.columns());
        }
        return Tensor.of(
                rows,
                LongStream.concat(LongStream.of(numbers.shape().toArray()), LongStream.of(matrix.columns()))
                        .toArray());
    }

    /// The type of its numbers, packed ones as they are read.
    public DType dtype() {
        return packed.isPresent() ? DType.FLOAT32 : tensor().dtype();
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
        packed = Optional.empty();
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
