package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.FusedSteps;
import io.attend.tensor.Shape;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Stochastic gradient descent with momentum.
///
///     g ← g + λ θ      m ← μ m + g      θ ← θ − η m                      heavy ball
///                                       θ ← θ − η (g + μ m)              Nesterov
///
/// Remembers 1 number a weight, none without momentum. Names: our `momentum` is μ, `decay` λ, PyTorch's
/// `weight_decay`; there is no dampening.
@Source(
        paper = "On the importance of initialization and momentum in deep learning",
        reference = "Sutskever, Martens, Dahl, Hinton, ICML 2013")
public record Sgd(
        @Default("0.9") double momentum,
        @Default("\"heavy-ball\"") Momentum kind,
        @Default("0.0") double decay) implements Optimizer {
    public static final Sgd EXAMPLE = new Sgd(0.9, Momentum.NESTEROV, 1e-4);

    /// Where the gradient is taken.
    public enum Momentum {
        /// Where the weight is.
        HEAVY_BALL,
        /// Where momentum will carry it.
        NESTEROV
    }

    public Sgd {
        Checks.share("momentum", momentum);
        Checks.atLeastZero("decay", decay);
    }

    @Override
    public long numbers(Parameter weight) {
        return new Descent(this).numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        Rule rule = new Descent(this);
        return new Working(weights, treatments, _ -> rule);
    }

    private record Descent(Sgd value) implements Rule {
        private static final String VELOCITY = "velocity";

        private boolean moves() {
            return value.momentum > 0;
        }

        @Override
        public Map<String, Shape> keeps(Shape weight) {
            return moves() ? Map.of(VELOCITY, weight) : Map.of();
        }

        @Override
        public double decay() {
            return value.decay;
        }

        @Override
        public void step(Moved moved, double rate, double decay) {
            FusedSteps.sgd(
                    moved.weights(),
                    moved.gradients(),
                    moves() ? Optional.of(moved.kept(VELOCITY)) : Optional.empty(),
                    new FusedSteps.Sgd(rate, value.momentum, moves() && value.kind == Momentum.NESTEROV, decay));
        }
    }
}
