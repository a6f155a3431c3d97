package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.FusedSteps;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.function.Function;

/// Steps of about one size for every weight, whatever the size of its gradients.
///
///     g ← g + λ θ      m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      θ ← θ − η m̂ / (√v̂ + ε)
///
/// where m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) at step t; with `largest`, the largest v so far stands for v. λ
/// is a penalty on squares (L2), divided like any gradient; [AdamW] takes it out. Remembers 2 numbers a weight,
/// 3 with `largest`, and the count of steps. Names: our `decay` is λ, PyTorch's `weight_decay`.
@Source(paper = "Adam: A Method for Stochastic Optimization", arxiv = "1412.6980")
public record Adam(
        @Default("0.9") double beta1,
        @Default("0.98") double beta2,
        @Default("1e-9") double epsilon,
        @Default("0.0") double decay,
        @Default("\"last\"") Variance variance)
        implements Optimizer {
    public static final Adam EXAMPLE = new Adam(0.9, 0.98, 1e-9, 0, Variance.LAST);

    public Adam {
        Moments.check(beta1, beta2, epsilon, decay);
    }

    private Rule rule() {
        return new Moments(beta1, beta2, epsilon, decay, FusedSteps.Decay.GRADIENT, variance);
    }

    @Override
    public long numbers(Parameter weight) {
        return rule().numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        return new Working(weights, treatments, _ -> rule());
    }
}
