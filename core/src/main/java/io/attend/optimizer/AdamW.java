package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.FusedSteps;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.function.Function;

/// Adam with the decay of weights taken out of the gradient.
///
///     m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)
///
/// where m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) at step t; with `largest`, the largest v so far stands for v.
/// Remembers 2 numbers a weight, 3 with `largest`, and the count of steps. Names: our `decay` is λ, PyTorch's
/// `weight_decay`.
@Source(paper = "Decoupled Weight Decay Regularization", arxiv = "1711.05101")
public record AdamW(
        @Default("0.9") double beta1,
        @Default("0.98") double beta2,
        @Default("1e-9") double epsilon,
        @Default("0.0") double decay,
        @Default("\"last\"") Variance variance)
        implements Optimizer {
    public static final AdamW EXAMPLE = new AdamW(0.9, 0.98, 1e-9, 0.01);

    public AdamW {
        Moments.check(beta1, beta2, epsilon, decay);
    }

    /// Divided by the running variance, as usual.
    public AdamW(double beta1, double beta2, double epsilon, double decay) {
        this(beta1, beta2, epsilon, decay, Variance.LAST);
    }

    Rule rule() {
        return new Moments(beta1, beta2, epsilon, decay, FusedSteps.Decay.WEIGHT, variance);
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
