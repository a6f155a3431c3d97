package io.attend.attention;

import static io.attend.attention.UnpairedFormulas.dot;
import static io.attend.attention.UnpairedFormulas.each;
import static io.attend.attention.UnpairedFormulas.softmax;
import static io.attend.attention.UnpairedFormulas.sum;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import java.util.stream.IntStream;

/// Nyström attention, one head, query and landmark at a time.
final class NystromFormulas {
    private NystromFormulas() {}

    static Formula nystrom(NystromAttention value) {
        return (x, numbers, scene) -> {
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.ADDED));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.ADDED));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.ADDED));
            int[] real =
                    IntStream.range(0, x.length).filter(t -> scene.keep()[t]).toArray();
            int size = q[0].length / value.heads().count();
            double[][] gathered = new double[x.length][q[0].length];
            for (int head = 0; head < value.heads().count(); head++) {
                if (real.length > value.landmarks()) {
                    approximate(value, q, k, v, real, head * size, size, gathered);
                } else {
                    exact(q, k, v, real, head * size, size, gathered);
                }
                for (int t = 0; t < x.length && value.kernel().isPresent(); t++) {
                    int taps = value.kernel().getAsInt();
                    double[] kernel = numbers.in("convolution").matrix("weight", taps)[head];
                    for (int j = 0; j < taps; j++) {
                        int at = t + j - taps / 2;
                        for (int i = head * size; i < (head + 1) * size; i++) {
                            if (at >= 0 && at < x.length && scene.keep()[at]) {
                                gathered[t][i] += kernel[j] * v[at][i];
                            }
                        }
                    }
                }
            }
            return each(gathered, row -> numbers.in("output").linear(row, Bias.ADDED));
        };
    }

    private static void exact(
            double[][] q, double[][] k, double[][] v, int[] real, int first, int size, double[][] gathered) {
        for (int t : real) {
            double[] weights =
                    softmax(real.length, _ -> true, s -> dot(q[t], k[real[s]], first, size) / Math.sqrt(size));
            for (int i = first; i < first + size; i++) {
                for (int s = 0; s < real.length; s++) {
                    gathered[t][i] += weights[s] * v[real[s]][i];
                }
            }
        }
    }

    private static void approximate(
            NystromAttention value,
            double[][] q,
            double[][] k,
            double[][] v,
            int[] real,
            int first,
            int size,
            double[][] gathered) {
        int m = value.landmarks();
        double[][] markedQueries = means(q, real, m);
        double[][] markedKeys = means(k, real, m);
        double root = Math.sqrt(size);
        double[][] between = new double[m][];
        double[][] marked = new double[m][q[0].length];
        for (int a = 0; a < m; a++) {
            double[] query = markedQueries[a];
            between[a] = softmax(m, _ -> true, b -> dot(query, markedKeys[b], first, size) / root);
            double[] weights = softmax(real.length, _ -> true, s -> dot(query, k[real[s]], first, size) / root);
            for (int i = first; i < first + size; i++) {
                for (int s = 0; s < real.length; s++) {
                    marked[a][i] += weights[s] * v[real[s]][i];
                }
            }
        }
        double[][] inverse = inverse(between, value.iterations());
        for (int t = 0; t < q.length; t++) {
            double[] query = q[t];
            double[] ways = softmax(m, _ -> true, a -> dot(query, markedKeys[a], first, size) / root);
            for (int i = first; i < first + size; i++) {
                for (int a = 0; a < m; a++) {
                    for (int b = 0; b < m; b++) {
                        gathered[t][i] += ways[a] * inverse[a][b] * marked[b][i];
                    }
                }
            }
        }
    }

    /// The mean of the r-th real vectors with ⌊r m / n⌋ = a.
    private static double[][] means(double[][] x, int[] real, int m) {
        double[][] means = new double[m][x[0].length];
        int[] counts = new int[m];
        for (int r = 0; r < real.length; r++) {
            counts[r * m / real.length]++;
        }
        for (int r = 0; r < real.length; r++) {
            int a = r * m / real.length;
            for (int i = 0; i < x[0].length; i++) {
                means[a][i] += x[real[r]][i] / counts[a];
            }
        }
        return means;
    }

    /// The paper's third-order iteration, from Aᵀ over the largest column sum.
    private static double[][] inverse(double[][] a, int iterations) {
        int m = a.length;
        double largest = IntStream.range(0, m)
                .mapToDouble(column ->
                        IntStream.range(0, m).mapToDouble(row -> a[row][column]).sum())
                .max()
                .orElseThrow();
        double[][] z = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                z[i][j] = a[j][i] / largest;
            }
        }
        for (int step = 0; step < iterations; step++) {
            double[][] az = product(a, z);
            double[][] seven = from(7, az);
            double[][] fifteen = from(15, product(az, seven));
            double[][] thirteen = from(13, product(az, fifteen));
            z = each(
                    product(z, thirteen),
                    row -> IntStream.range(0, m).mapToDouble(i -> row[i] / 4).toArray());
        }
        return z;
    }

    /// c I − x.
    private static double[][] from(double c, double[][] x) {
        double[][] y = new double[x.length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i][j] = (i == j ? c : 0) - x[i][j];
            }
        }
        return y;
    }

    private static double[][] product(double[][] a, double[][] b) {
        return each(
                a,
                row -> IntStream.range(0, b[0].length)
                        .mapToDouble(j -> sum(row, b, j))
                        .toArray());
    }
}
