package io.attend.layer;

import io.attend.tensor.DType;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;

/// What a weight starts as.
@FunctionalInterface
public interface Initializer {
    Tensor make(Shape shape, Random random);

    /// The same, and an architecture's own way to start weights does not put another in its place: a start
    /// that what is computed rests on, not one of many that would do.
    default Initializer meant() {
        return new Meant(this);
    }

    /// See [#meant].
    record Meant(Initializer start) implements Initializer {
        @Override
        public Tensor make(Shape shape, Random random) {
            return start.make(shape, random);
        }
    }

    Initializer ZEROS = (shape, _) -> Tensor.zeros(shape, DType.FLOAT32);

    Initializer ONES = (shape, _) -> Tensor.ones(shape, DType.FLOAT32);

    /// Uniform in ±√(6 / (inputs + outputs)) for a matrix [outputs, inputs] (Glorot & Bengio 2010), as the 2017
    /// Transformer's own code starts its projections.
    Initializer GLOROT = (shape, random) -> {
        double bound = Math.sqrt(6.0 / (shape.size(0) + shape.size(1)));
        return random.uniform(shape, -bound, bound);
    };

    /// A square matrix that changes nothing.
    Initializer IDENTITY = (shape, _) -> {
        int size = Math.toIntExact(shape.size(0));
        float[] values = new float[size * size];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return Tensor.of(values, size, size);
    };

    /// Normal with mean 0.
    static Initializer normal(double deviation) {
        return (shape, random) -> random.normal(shape, 0, deviation);
    }

    /// Uniform in ± the bound.
    static Initializer uniform(double bound) {
        return (shape, random) -> random.uniform(shape, -bound, bound);
    }

    /// The same number everywhere.
    static Initializer constant(double value) {
        return (shape, _) -> Tensor.full(shape, value, DType.FLOAT32);
    }

    /// Fixed numbers that a formula gives.
    static Initializer fixed(float... values) {
        return (shape, _) -> Tensor.of(values, shape.toArray());
    }
}
