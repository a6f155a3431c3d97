package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Shape;
import io.attend.tensor.TensorList;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Steps of one size in the direction of the sign of momentum, found by a search over programs.
///
///     θ ← θ − η (sign(β₁ m + (1 − β₁) g) + λ θ)      m ← β₂ m + (1 − β₂) g
///
/// Remembers 1 number a weight, half of Adam. Wants a rate 3 to 10 times smaller than [AdamW] and a λ as much
/// larger.
@Source(paper = "Symbolic Discovery of Optimization Algorithms", arxiv = "2302.06675")
public record Lion(
        @Default("0.9") double beta1,
        @Default("0.99") double beta2,
        @Default("0.0") double decay) implements Optimizer {
    public static final Lion EXAMPLE = new Lion(0.9, 0.99, 0.1);

    public Lion {
        Checks.share("beta1", beta1);
        Checks.share("beta2", beta2);
        Checks.atLeastZero("decay", decay);
    }

    @Override
    public long numbers(Parameter weight) {
        return new Signs(this).numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        Rule rule = new Signs(this);
        return new Working(weights, treatments, _ -> rule);
    }

    private record Signs(Lion value) implements Rule {
        private static final String MEAN = "mean";

        @Override
        public Map<String, Shape> keeps(Shape weight) {
            return Map.of(MEAN, weight);
        }

        @Override
        public double decay() {
            return value.decay;
        }

        @Override
        public void step(Moved moved, double rate, double decay) {
            TensorList mean = moved.kept(MEAN);
            TensorList direction = mean.lerp(moved.gradients(), 1 - value.beta1).sign_();
            if (decay > 0) {
                moved.weights().mul_(1 - rate * decay);
            }
            moved.weights().add_(direction, -rate);
            mean.lerp_(moved.gradients(), 1 - value.beta2);
        }
    }
}
