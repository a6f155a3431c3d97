package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// An optimizer at work: weights that are treated alike move together.
final class Working implements Optimizer.Built {
    private static final long HANDFUL = 1 << 18;

    private final List<Group> groups = new ArrayList<>();

    /// @param rules the formula that moves each weight
    Working(List<Parameter> weights, Function<Parameter, Treatment> treatments, Function<Parameter, Rule> rules) {
        record Alike(Rule rule, double rate, double decay) {}
        Map<Alike, List<Parameter>> alike = new LinkedHashMap<>();
        for (Parameter weight : weights) {
            Treatment treatment = treatments.apply(weight);
            Rule rule = rules.apply(weight);
            Alike key = new Alike(rule, treatment.rate(), treatment.decay(weight, rule.decay()));
            alike.computeIfAbsent(key, _ -> new ArrayList<>()).add(weight);
        }
        alike.forEach((key, members) -> {
            for (List<Parameter> some : handfuls(members)) {
                groups.add(new Group(key.rule, key.rate, key.decay, some));
            }
        });
    }

    /// Neighbours of about as many numbers as caches hold, so that a formula of several passes finds them there
    /// and what it makes in between stays small.
    private static List<List<Parameter>> handfuls(List<Parameter> weights) {
        List<List<Parameter>> handfuls = new ArrayList<>();
        long held = HANDFUL;
        for (Parameter weight : weights) {
            long count = weight.shape().count();
            if (held + count > HANDFUL) {
                handfuls.add(new ArrayList<>());
                held = 0;
            }
            handfuls.getLast().add(weight);
            held += count;
        }
        return handfuls;
    }

    @Override
    public void step(double learningRate) {
        groups.forEach(group -> group.step(learningRate));
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        groups.forEach(group -> group.state(state));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> saved) {
        SavedState.restore("the saved optimizer", saved, state());
    }

    @Override
    public void close() {
        groups.forEach(Group::close);
    }
}
