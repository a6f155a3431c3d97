package io.attend.activation;

import io.attend.value.Formulas;
import java.util.function.DoubleUnaryOperator;

/// Activations of one number, from their papers.
public final class ActivationFormulas {
    private ActivationFormulas() {}

    private static final Formulas<Activation, DoubleUnaryOperator> ALL = Formulas.<Activation, DoubleUnaryOperator>of(
                    Activation.class)
            .with(Relu.class, _ -> x -> Math.max(x, 0))
            .with(Gelu.class, _ -> x -> x * normalDistribution(x))
            .with(
                    GeluTanh.class,
                    _ -> x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));

    public static DoubleUnaryOperator of(Activation activation) {
        return ALL.of(activation);
    }

    /// Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + ...), a series without cancellation (Marsaglia 2004).
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
