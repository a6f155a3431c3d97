package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.FusedSteps;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Weights that one rule moves with one rate and one decay, and what is kept for them.
final class Group {
    private final Rule rule;
    private final double rate;
    private final double decay;
    private final List<Parameter> weights;
    private final List<Map<String, Tensor>> kept = new ArrayList<>();

    /// The engine's lists of the weights that moved last, kept because the same ones move almost always.
    private List<Tensor> listed = List.of();

    private final Map<String, TensorList> lists = new HashMap<>();

    Group(Rule rule, double rate, double decay, List<Parameter> weights) {
        this.rule = rule;
        this.rate = rate;
        this.decay = decay;
        this.weights = weights;
        for (Parameter weight : weights) {
            check(weight);
            kept.add(zeros(weight));
        }
    }

    private static void check(Parameter weight) {
        if (weight.tensor().dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException(
                    weight.name() + " is " + weight.tensor().dtype()
                            + ", but optimizers move float32 weights; train in float32, with mixed precision where it must be fast");
        }
    }

    private Map<String, Tensor> zeros(Parameter weight) {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        try (Lifetime _ = Lifetime.open()) {
            rule.keeps(weight.shape())
                    .forEach((name, shape) -> zeros.put(
                            name,
                            Tensor.empty(shape, DType.FLOAT32, weight.tensor().device())
                                    .zero_()
                                    .retain()));
        }
        return zeros;
    }

    /// What is kept, by the weight's name and its own.
    void state(Map<String, Tensor> all) {
        for (int i = 0; i < weights.size(); i++) {
            String weight = weights.get(i).name();
            kept.get(i).forEach((name, tensor) -> all.put(weight + "." + name, tensor));
        }
    }

    void step(double learningRate) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            List<Tensor> moved = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            List<Map<String, Tensor>> kept = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                Parameter weight = weights.get(i);
                Optional<Tensor> gradient = weight.tensor().grad();
                if (gradient.isPresent()) {
                    FusedSteps.check(weight.name(), weight.tensor(), gradient.get());
                    moved.add(weight.tensor());
                    gradients.add(gradient.get());
                    kept.add(this.kept.get(i));
                }
            }
            if (moved.isEmpty()) {
                return;
            }
            if (!moved.equals(listed)) { // the very same tensors
                list(moved, kept);
            }
            TensorList steps = lists.get(Rule.STEPS);
            if (steps != null) {
                steps.add_(1);
            }
            rule.step(new Step(moved, gradients, kept, TensorList.of(gradients), lists), rate * learningRate, decay);
        }
    }

    private void list(List<Tensor> moved, List<Map<String, Tensor>> kept) {
        forget();
        lists.put("", TensorList.of(moved).retain());
        Map<String, List<Tensor>> byName = new LinkedHashMap<>();
        for (Map<String, Tensor> all : kept) {
            all.forEach((name, tensor) ->
                    byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(tensor));
        }
        byName.forEach((name, tensors) -> lists.put(name, TensorList.of(tensors).retain()));
        listed = moved;
    }

    private void forget() {
        lists.values().forEach(TensorList::close);
        lists.clear();
        listed = List.of();
    }

    void close() {
        forget();
        kept.forEach(all -> all.values().forEach(Tensor::close));
    }

    private record Step(
            List<Tensor> each,
            List<Tensor> allGradients,
            List<Map<String, Tensor>> allKept,
            TensorList gradients,
            Map<String, TensorList> lists)
            implements Rule.Moved {
        @Override
        public TensorList weights() {
            return kept("");
        }

        @Override
        public TensorList kept(String name) {
            return Objects.requireNonNull(lists.get(name));
        }

        @Override
        public Tensor gradient(int weight) {
            return allGradients.get(weight);
        }

        @Override
        public Tensor kept(int weight, String name) {
            return Objects.requireNonNull(allKept.get(weight).get(name));
        }
    }
}
