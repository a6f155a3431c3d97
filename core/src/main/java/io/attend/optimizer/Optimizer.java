package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// How gradients change weights.
public sealed interface Optimizer permits AdamW {
    /// An optimizer at work on these weights, as if no step had been made.
    Built build(List<Parameter> weights);

    /// Numbers it keeps for each weight, for the cost model.
    double numbersPerWeight();

    /// An optimizer at work. It owns what it remembers until [#close].
    interface Built extends AutoCloseable {
        /// Changes the weights by the gradients that stand in them.
        void step(double learningRate);

        /// Everything it remembers, by name, to be saved; the tensors are its own.
        Map<String, Tensor> state();

        /// Goes back to what [#state] gave.
        ///
        /// @throws IllegalArgumentException naming what is missing, left over or of another shape
        void restore(Map<String, Tensor> state);

        @Override
        void close();
    }
}
