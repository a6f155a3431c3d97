package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An exponential moving average of a model's weights, which often judges better than the weights of any one
/// step (Polyak & Juditsky 1992).
///
///     a ← d a + (1 − d) θ      d = min(decay, (1 + t) / (10 + t)) at update t
///
/// so that the first updates are not held back by the start. It holds one number a weight until [#close]:
///
///     average.update();                            // after each step
///     try (var _ = average.inPlace()) {            // the model's weights are the averages
///         evaluate(model);
///     }
public final class MovingAverage implements AutoCloseable {
    private static final String UPDATES = "updates";

    private final double decay;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final Tensor updates;
    private final List<Parameter> weights;
    private boolean swapped;

    /// An average that starts at the present weights.
    public MovingAverage(List<Parameter> weights, double decay) {
        Checks.share("decay", decay);
        this.decay = decay;
        this.weights = List.copyOf(weights);
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            weights.forEach(weight ->
                    averages.put(weight.name(), weight.tensor().clone().retain()));
            updates = Tensor.of(new long[] {0}).retain();
        }
    }

    /// Takes the present weights in.
    public void update() {
        requireHome();
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            double t = updates.add_(1).item();
            double kept = Math.min(decay, (1 + t) / (10 + t));
            TensorList.of(List.copyOf(averages.values()))
                    .lerp_(TensorList.of(weights.stream().map(Parameter::tensor).toList()), 1 - kept);
        }
    }

    /// Exchanges weights and averages until the result is closed.
    public Swap inPlace() {
        requireHome();
        exchange();
        swapped = true;
        return () -> {
            if (swapped) {
                exchange();
                swapped = false;
            }
        };
    }

    /// Weights and averages in each other's place.
    public interface Swap extends AutoCloseable {
        /// Puts both back, to the bit.
        @Override
        void close();
    }

    private void requireHome() {
        if (swapped) {
            throw new IllegalStateException("the averages stand in the model; close what inPlace() gave first");
        }
    }

    private void exchange() {
        for (Parameter weight : weights) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                Tensor average = java.util.Objects.requireNonNull(averages.get(weight.name()));
                Tensor held = weight.tensor().clone();
                weight.tensor().copy_(average);
                average.copy_(held);
            }
        }
    }

    /// How many updates it has had, a single number.
    public Tensor updates() {
        return updates;
    }

    /// Goes on as after so many updates, from the weights it was made with.
    public void resume(Tensor updates) {
        this.updates.copy_(updates);
    }

    /// The averages by the names of their weights, and how many updates they have had, to be saved; the tensors
    /// are its own.
    public Map<String, Tensor> state() {
        requireHome();
        Map<String, Tensor> state = new LinkedHashMap<>(averages);
        state.put(UPDATES, updates);
        return state;
    }

    /// Goes back to what [#state] gave.
    ///
    /// @throws IllegalArgumentException naming what is missing, left over or of another shape
    public void restore(Map<String, Tensor> saved) {
        SavedState.restore("the saved average", saved, state());
    }

    @Override
    public void close() {
        averages.values().forEach(Tensor::close);
        updates.close();
    }
}
