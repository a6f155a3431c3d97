package io.attend.position;

import io.attend.layer.Numbers;
import io.attend.value.Formulas;

/// What a position does to the embedding that stands there, from the papers.
public final class AbsolutePositionFormulas {
    private AbsolutePositionFormulas() {}

    /// The embedding x at a position.
    @FunctionalInterface
    public interface Formula {
        double[] apply(double[] x, int position, Numbers numbers);
    }

    private static final Formulas<AbsolutePosition, Formula> ALL = Formulas.<AbsolutePosition, Formula>of(
                    AbsolutePosition.class)
            .with(NoPosition.class, _ -> (x, _, _) -> x)
            .with(
                    LearnedPosition.class,
                    value -> (x, position, numbers) ->
                            sum(x, numbers.matrix("weight", x.length)[position + value.offset()]))
            .with(SinusoidalPosition.class, value -> (x, position, _) -> {
                double[] waves = new double[x.length];
                for (int i = 0; i < x.length / 2; i++) {
                    double angle = position / Math.pow(10_000, 2.0 * i / x.length);
                    switch (value.order()) {
                        case INTERLEAVED -> {
                            waves[2 * i] = Math.sin(angle);
                            waves[2 * i + 1] = Math.cos(angle);
                        }
                        case HALVES -> {
                            waves[i] = Math.sin(angle);
                            waves[x.length / 2 + i] = Math.cos(angle);
                        }
                    }
                }
                return sum(x, waves);
            });

    public static Formula of(AbsolutePosition position) {
        return ALL.of(position);
    }

    private static double[] sum(double[] a, double[] b) {
        double[] y = a.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += b[i];
        }
        return y;
    }
}
