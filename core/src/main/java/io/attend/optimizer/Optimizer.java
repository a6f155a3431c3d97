package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// How gradients change weights. Formulas write θ for a weight, g for its gradient, η for the learning rate of
/// the step and λ for the decay of weights.
///
/// Decay acts on matrices; vectors and biases, the numbers of norms among them, are left alone unless a
/// [Treatment] says otherwise.
public sealed interface Optimizer permits Adafactor, Adagrad, Adam, AdamW, Grouped, Lion, Muon, Sgd {
    /// An optimizer at work on these weights, as if no step had been made.
    ///
    /// @param treatments how each weight is treated
    Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments);

    /// An optimizer at work that treats all weights as it does by default.
    default Built build(List<Parameter> weights) {
        return build(weights, _ -> Treatment.PLAIN);
    }

    /// How many numbers it keeps for a weight, for the cost model.
    long numbers(Parameter weight);

    /// An optimizer at work. It owns what it remembers until [#close].
    interface Built extends AutoCloseable {
        /// Changes the weights by the gradients that stand in them; a weight without one stays as it is.
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
