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
            .with(SinusoidalPosition.class, value -> (x, position, _) -> sum(x, waves(value, position, x.length)));

    /// sin and cos of p ω(i).
    static double[] waves(SinusoidalPosition value, int position, int width) {
        double[] waves = new double[width];
        for (int i = 0; i < width / 2; i++) {
            double exponent = value.spacing() == SinusoidalPosition.Spacing.OPEN
                    ? 2.0 * i / width
                    : i / (width / 2 - 1.0);
            double angle = (position + value.offset()) / Math.pow(value.base(), exponent);
            switch (value.order()) {
                case INTERLEAVED -> {
                    waves[2 * i] = Math.sin(angle);
                    waves[2 * i + 1] = Math.cos(angle);
                }
                case HALVES -> {
                    waves[i] = Math.sin(angle);
                    waves[width / 2 + i] = Math.cos(angle);
                }
            }
        }
        return waves;
    }

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
