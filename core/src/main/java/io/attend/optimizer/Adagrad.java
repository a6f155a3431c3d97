package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.FusedSteps;
import io.attend.tensor.Shape;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Steps divided by the root of all squared gradients so far, so that rare features keep large steps.
///
///     g ← g + λ θ      s ← s + g²      θ ← θ − η g / (√s + ε)
///
/// Remembers 1 number a weight and the count of steps. Names: our `decay` is λ, PyTorch's `weight_decay`.
@Source(
        paper = "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
        reference = "Duchi, Hazan, Singer, JMLR 12, 2011")
public record Adagrad(
        @Default("1e-10") double epsilon, @Default("0.0") double decay) implements Optimizer {
    public static final Adagrad EXAMPLE = new Adagrad(1e-10, 0);

    public Adagrad {
        Checks.share("epsilon", epsilon);
        Checks.atLeastZero("decay", decay);
    }

    @Override
    public long numbers(Parameter weight) {
        return new Sums(this).numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        Rule rule = new Sums(this);
        return new Working(weights, treatments, _ -> rule);
    }

    private record Sums(Adagrad value) implements Rule {
        private static final String SUM = "sum";

        @Override
        public Map<String, Shape> keeps(Shape weight) {
            return Map.of(SUM, weight, STEPS, Shape.of());
        }

        @Override
        public double decay() {
            return value.decay;
        }

        @Override
        public void step(Moved moved, double rate, double decay) {
            FusedSteps.adagrad(
                    moved.weights(),
                    moved.gradients(),
                    moved.kept(SUM),
                    moved.kept(STEPS),
                    new FusedSteps.Adagrad(rate, value.epsilon, decay));
        }
    }
}
