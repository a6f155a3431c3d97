package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorList;
import java.util.List;
import java.util.Map;

/// One optimizer's formula: what is kept for a weight, and how a step changes weights that are treated alike.
interface Rule {
    /// The count of steps a weight has had, one float32 number. A rule that keeps it finds the present step
    /// counted.
    String STEPS = "steps";

    /// What is kept for a weight of this shape, by name; all of it starts at 0.
    Map<String, Shape> keeps(Shape weight);

    /// λ, where no treatment says otherwise.
    double decay();

    /// Moves the weights.
    ///
    /// @param decay λ for these weights
    void step(Moved moved, double rate, double decay);

    /// How many numbers are kept for a weight.
    default long numbers(Parameter weight) {
        return keeps(weight.shape()).values().stream().mapToLong(Shape::count).sum();
    }

    /// Weights that have a gradient, their gradients, and what is kept for them: together, and one by one.
    interface Moved {
        List<Tensor> each();

        TensorList weights();

        TensorList gradients();

        TensorList kept(String name);

        Tensor gradient(int weight);

        Tensor kept(int weight, String name);
    }
}
