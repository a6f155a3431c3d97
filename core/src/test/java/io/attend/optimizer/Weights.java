package io.attend.optimizer;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// Weights with gradients of choice, for tests of optimizers.
final class Weights implements AutoCloseable {
    private final Parameters parameters = Parameters.root();
    private final Lifetime lifetime = Lifetime.open();

    /// A weight of this name and these numbers.
    Parameter add(String name, Tensor numbers) {
        Parameter weight = parameters.weight(name, numbers.shape(), Initializer.normal(1));
        weight.fill(numbers.clone().requiresGrad(true));
        return weight;
    }

    List<Parameter> all() {
        return parameters.all();
    }

    /// Puts this gradient into the weight: that of Σ g θ.
    static void gradient(Parameter weight, Tensor gradient) {
        weight.tensor().clearGrad();
        weight.tensor().mul(gradient).sum().backward();
    }

    /// A small model's worth of shapes and names, every number another.
    static Weights small() {
        Weights weights = new Weights();
        Map<String, Shape> shapes = new java.util.LinkedHashMap<>();
        shapes.put("embedding.token.weight", Shape.of(11, 5));
        shapes.put("decoder.0.attention.query.weight", Shape.of(5, 5));
        shapes.put("decoder.0.attention.query.bias", Shape.of(5));
        shapes.put("decoder.0.feed.inner.weight", Shape.of(7, 5));
        shapes.put("decoder.0.feed.outer.weight", Shape.of(5, 7));
        shapes.put("decoder.1.attention.query.weight", Shape.of(5, 5));
        shapes.put("decoder.1.feed.norm.weight", Shape.of(5));
        shapes.put("decoder.norm.weight", Shape.of(5));
        shapes.put("head.weight", Shape.of(11, 5));
        shapes.forEach((name, shape) -> weights.add(name, numbers(shape, name.hashCode())));
        return weights;
    }

    static Tensor numbers(Shape shape, long seed) {
        java.util.Random random = new java.util.Random(seed);
        double[] numbers = random.doubles(shape.count(), -1, 1).toArray();
        return Tensor.of(numbers, shape.toArray()).to(DType.FLOAT32);
    }

    /// Gradients of a step, equal for equal steps.
    void gradients(int step) {
        all().forEach(weight -> gradient(
                weight, numbers(weight.shape(), 31L * step + weight.name().hashCode())));
    }

    @Override
    public void close() {
        parameters.close();
        lifetime.close();
    }
}
