package io.attend.data;

import java.util.Arrays;
import java.util.List;

/// What was measured at one time after another: an example for a model that forecasts.
///
/// @param values [T][F], F numbers at each time
@SuppressWarnings("ArrayRecordComponent")
public record Series(double[][] values) implements Example {
    public Series {
        check("values", values);
    }

    /// Of one number at each time.
    public static Series of(double... values) {
        return new Series(
                Arrays.stream(values).mapToObj(value -> new double[] {value}).toArray(double[][]::new));
    }

    /// None: numbers are no text.
    @Override
    public List<String> texts() {
        return List.of();
    }

    static void check(String name, double[][] rows) {
        if (rows.length == 0 || rows[0].length == 0) {
            throw new IllegalArgumentException(name + " have no numbers; give at least one row of at least one");
        }
        for (int t = 0; t < rows.length; t++) {
            if (rows[t].length != rows[0].length) {
                throw new IllegalArgumentException("row " + t + " of the " + name + " has " + rows[t].length
                        + " numbers, but the first has " + rows[0].length + "; give all the same");
            }
            for (double value : rows[t]) {
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException("row " + t + " of the " + name + " has a number that is " + value
                            + "; leave it out or fill it in");
                }
            }
        }
    }
}
