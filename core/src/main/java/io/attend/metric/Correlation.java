package io.attend.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How closely two rows of numbers follow each other, from -1 to 1; NaN if one of them is constant.
public final class Correlation {
    private Correlation() {}

    /// Pearson's: how close to a straight line.
    ///
    ///     Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)
    public static double pearson(double[] x, double[] y) {
        Pairs.check(x.length, y.length);
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double both = 0;
        double squaresX = 0;
        double squaresY = 0;
        for (int i = 0; i < x.length; i++) {
            both += (x[i] - meanX) * (y[i] - meanY);
            squaresX += (x[i] - meanX) * (x[i] - meanX);
            squaresY += (y[i] - meanY) * (y[i] - meanY);
        }
        return both / (Math.sqrt(squaresX) * Math.sqrt(squaresY));
    }

    /// Spearman's: Pearson's of the ranks, equal numbers sharing the mean of theirs.
    public static double spearman(double[] x, double[] y) {
        return pearson(ranks(x), ranks(y));
    }

    private static double[] ranks(double[] x) {
        Integer[] order = IntStream.range(0, x.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> x[i]))
                .toArray(Integer[]::new);
        double[] ranks = new double[x.length];
        for (int from = 0; from < x.length; ) {
            int to = from;
            while (to + 1 < x.length && x[order[to + 1]] == x[order[from]]) {
                to++;
            }
            for (int i = from; i <= to; i++) {
                ranks[order[i]] = (from + to) / 2.0;
            }
            from = to + 1;
        }
        return ranks;
    }
}
