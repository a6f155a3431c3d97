package io.attend.position;

import io.attend.activation.ActivationFormulas;
import io.attend.activation.Gelu;
import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.List;

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
            .with(SinusoidalPosition.class, value -> (x, position, _) -> sum(x, waves(value, position, x.length)))
            .with(ConcatenatedPosition.class, value -> (x, position, numbers) -> {
                double[] both = Arrays.copyOf(x, x.length + value.width());
                double[] waves = waves(value.waves(), position, value.width());
                System.arraycopy(waves, 0, both, x.length, waves.length);
                return numbers.in("projection").linear(both, Bias.ADDED);
            })
            .with(AxialSinusoidalPosition.class, value -> (x, position, _) -> {
                int[] place = coordinates(position, value.grid());
                double[] all = new double[x.length];
                int start = 0;
                for (int axis = 0; axis < place.length; axis++) {
                    int part = value.parts().isEmpty()
                            ? x.length / place.length
                            : value.parts().get(axis);
                    System.arraycopy(waves(value.waves(), place[axis], part), 0, all, start, part);
                    start += part;
                }
                return sum(x, all);
            })
            .with(AxialLearnedPosition.class, value -> (x, position, numbers) -> {
                int[] place = coordinates(position, value.grid());
                double[] y = x.clone();
                int start = 0;
                for (int axis = 0; axis < place.length; axis++) {
                    boolean added = value.join() == AxialLearnedPosition.Join.ADDED;
                    int part = added ? x.length : value.parts().get(axis);
                    double[] row = numbers.in("" + axis).matrix("weight", part)[place[axis]];
                    for (int i = 0; i < part; i++) {
                        y[start + i] += row[i];
                    }
                    start += added ? 0 : part;
                }
                return y;
            })
            .with(ComplexPosition.class, _ -> (x, position, numbers) -> {
                double[] y = x.clone();
                for (int i = 0; i < x.length / 2; i++) {
                    double length = Math.hypot(x[2 * i], x[2 * i + 1]);
                    double angle = Math.atan2(x[2 * i + 1], x[2 * i])
                            + numbers.vector("frequency")[i] * position
                            + numbers.vector("phase")[i];
                    y[2 * i] = length * Math.cos(angle);
                    y[2 * i + 1] = length * Math.sin(angle);
                }
                return y;
            })
            .with(FourierPosition.class, value -> (x, position, numbers) -> {
                int[] place = value.grid().isEmpty() ? new int[] {position} : coordinates(position, value.grid());
                double[][] frequencies = numbers.matrix("frequencies", place.length);
                double[] features = new double[value.features()];
                for (int i = 0; i < frequencies.length; i++) {
                    double angle = 0;
                    for (int axis = 0; axis < place.length; axis++) {
                        angle += frequencies[i][axis] * place[axis];
                    }
                    features[i] = Math.cos(angle) / Math.sqrt(features.length);
                    features[frequencies.length + i] = Math.sin(angle) / Math.sqrt(features.length);
                }
                double[] hidden = Arrays.stream(numbers.in("inner").linear(features, Bias.ADDED))
                        .map(ActivationFormulas.of(new Gelu()))
                        .toArray();
                return sum(x, numbers.in("outer").linear(hidden, Bias.ADDED));
            })
            .with(LaplacianPosition.class, value -> (x, position, numbers) -> {
                double[] waves = new double[value.eigenvectors()];
                int last = value.nodes() - 1; // of a path: the sum of d cos² over all nodes is the last node's number
                for (int i = 1; i <= waves.length; i++) {
                    double degree = position == 0 || position == last ? 1 : 2;
                    waves[i - 1] = Math.sqrt(degree / last) * Math.cos(Math.PI * i * position / last);
                }
                return sum(x, numbers.in("projection").linear(waves, Bias.ADDED));
            });

    /// Of a place that is counted row by row.
    private static int[] coordinates(int position, List<Integer> grid) {
        int[] place = new int[grid.size()];
        for (int step = 0; step < position; step++) {
            int axis = grid.size() - 1;
            while (++place[axis] == grid.get(axis)) {
                place[axis--] = 0;
            }
        }
        return place;
    }

    /// sin and cos of p ω(i).
    static double[] waves(SinusoidalPosition value, int position, int width) {
        double[] waves = new double[width];
        for (int i = 0; i < width / 2; i++) {
            double exponent =
                    value.spacing() == SinusoidalPosition.Spacing.OPEN ? 2.0 * i / width : 2.0 * i / (width - 2);
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
