package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.FusedAdamW;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Adam with the decay of weights taken out of the gradient.
///
///     m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)
///
/// Vectors (biases, the numbers of norms) are not decayed; λ acts on matrices alone. Remembers 2 numbers a weight.
/// Names: our `decay` is λ, PyTorch's `weight_decay`.
@Source(paper = "Decoupled Weight Decay Regularization", arxiv = "1711.05101")
public record AdamW(
        @Default("0.9") double beta1,
        @Default("0.98") double beta2,
        @Default("1e-9") double epsilon,
        @Default("0.0") double decay)
        implements Optimizer {
    public static final AdamW EXAMPLE = new AdamW(0.9, 0.98, 1e-9, 0.01);

    public AdamW {
        check("beta1", beta1, 0, 1);
        check("beta2", beta2, 0, 1);
        check("epsilon", epsilon, 0, 1);
        check("decay", decay, 0, Double.MAX_VALUE);
    }

    private static void check(String name, double value, double from, double below) {
        if (!(value >= from && value < below)) {
            throw new IllegalArgumentException(name + " " + value + " is outside [" + from + ", " + below + ")");
        }
    }

    @Override
    public double numbersPerWeight() {
        return 2;
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights) {
        return new Built(this, weights);
    }

    private static final class Built implements Optimizer.Built {
        private final AdamW value;
        private final List<Group> groups;

        Built(AdamW value, List<Parameter> weights) {
            this.value = value;
            this.groups = List.of(
                    new Group(weights.stream().filter(p -> p.shape().rank() > 1).toList(), value.decay),
                    new Group(
                            weights.stream().filter(p -> p.shape().rank() <= 1).toList(), 0));
        }

        @Override
        public void step(double rate) {
            groups.forEach(group -> group.step(value, rate));
        }

        @Override
        public Map<String, Tensor> state() {
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (Group group : groups) {
                for (int i = 0; i < group.weights.size(); i++) {
                    String name = group.weights.get(i).name();
                    state.put(name + ".mean", group.means.get(i));
                    state.put(name + ".variance", group.variances.get(i));
                    state.put(name + ".steps", group.steps.get(i));
                }
            }
            return state;
        }

        @Override
        public void restore(Map<String, Tensor> saved) {
            Map<String, Tensor> state = state();
            if (!saved.keySet().equals(state.keySet())) {
                throw new IllegalArgumentException(
                        "the saved optimizer remembers other weights than the model has: " + saved.size() / 3
                                + " against " + state.size() / 3 + "; resume with the recipe it was saved with");
            }
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                saved.forEach((name, tensor) -> state.get(name).copy_(tensor));
            }
        }

        @Override
        public void close() {
            state().values().forEach(Tensor::close);
        }
    }

    /// Weights with one decay.
    private static final class Group {
        private final List<Parameter> weights;
        private final double decay;
        private final List<Tensor> means = new ArrayList<>();
        private final List<Tensor> variances = new ArrayList<>();
        private final List<Tensor> steps = new ArrayList<>();

        Group(List<Parameter> weights, double decay) {
            this.weights = weights;
            this.decay = decay;
            try (Lifetime _ = Lifetime.open()) {
                for (Parameter weight : weights) {
                    means.add(Tensor.zeros(weight.shape(), DType.FLOAT32).retain());
                    variances.add(Tensor.zeros(weight.shape(), DType.FLOAT32).retain());
                    steps.add(Tensor.zeros(Shape.of(), DType.FLOAT32).retain());
                }
            }
        }

        void step(AdamW value, double rate) {
            List<Tensor> moved = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            List<Tensor> means = new ArrayList<>();
            List<Tensor> variances = new ArrayList<>();
            List<Tensor> steps = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                Tensor weight = weights.get(i).tensor();
                int at = i;
                weight.grad().ifPresent(gradient -> {
                    moved.add(weight);
                    gradients.add(gradient);
                    means.add(this.means.get(at));
                    variances.add(this.variances.get(at));
                    steps.add(this.steps.get(at).add_(1));
                });
            }
            if (!moved.isEmpty()) {
                FusedAdamW.step(
                        moved,
                        gradients,
                        means,
                        variances,
                        steps,
                        new FusedAdamW.Settings(rate, value.beta1, value.beta2, value.epsilon, decay));
            }
        }
    }
}
