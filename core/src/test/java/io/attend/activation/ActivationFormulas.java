package io.attend.activation;

import io.attend.value.Formulas;
import java.util.function.DoubleUnaryOperator;

/// Activations of one number, from their papers.
public final class ActivationFormulas {
    private ActivationFormulas() {}

    private static final Formulas<Activation, DoubleUnaryOperator> ALL = Formulas.<Activation, DoubleUnaryOperator>of(
                    Activation.class)
            .with(Relu.class, _ -> x -> Math.max(x, 0))
            .with(Relu6.class, _ -> x -> Math.min(Math.max(x, 0), 6))
            .with(SquaredRelu.class, _ -> x -> Math.max(x, 0) * Math.max(x, 0))
            .with(LeakyRelu.class, value -> x -> x < 0 ? value.slope() * x : x)
            .with(Identity.class, _ -> x -> x)
            .with(Sigmoid.class, _ -> ActivationFormulas::logistic)
            .with(Silu.class, _ -> x -> x * logistic(x))
            .with(QuickGelu.class, _ -> x -> x * logistic(1.702 * x))
            .with(Tanh.class, _ -> Math::tanh)
            .with(Mish.class, _ -> x -> x * Math.tanh(Math.log1p(Math.exp(x))))
            .with(Laplace.class, _ -> x -> normalDistribution((x - 0.707107) / 0.282095))
            .with(ClippedGelu.class, value -> x -> Math.clamp(x * normalDistribution(x), -value.bound(), value.bound()))
            .with(Gelu.class, _ -> x -> x * normalDistribution(x))
            .with(
                    GeluTanh.class,
                    _ -> x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    public static DoubleUnaryOperator of(Activation activation) {
        return ALL.of(activation);
    }

    /// Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + ...), a series without cancellation (Marsaglia
    /// 2004).
    static double normalDistribution(double x) {
        if (Math.abs(x) > 38) { // beyond what a double tells from certainty
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int i = 3; Math.abs(term) > 1e-18 * Math.abs(sum); i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
