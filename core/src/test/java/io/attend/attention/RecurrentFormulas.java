package io.attend.attention;

import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The attentions that are recurrences, from their papers, one head and one pair of positions at a time.
final class RecurrentFormulas {
    private RecurrentFormulas() {}

    /// φ of one query or key of one head.
    @FunctionalInterface
    interface Features {
        double[] apply(double[] x, Numbers numbers);
    }

    private static final Formulas<FeatureMap, Features> FEATURES = Formulas.<FeatureMap, Features>of(FeatureMap.class)
            .with(EluFeatures.class, _ -> (x, _) -> Arrays.stream(x)
                    .map(number -> number > 0 ? number + 1 : Math.exp(number))
                    .toArray());

    static Features features(FeatureMap map) {
        return FEATURES.of(map);
    }

    static Formula linear(LinearAttention value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            double[][] q = each(x, row -> numbers.in("query").linear(row, value.bias().query));
            double[][] k = each(x, row -> numbers.in("key").linear(row, value.bias().key));
            double[][] v = each(x, row -> numbers.in("value").linear(row, value.bias().value));
            int size = v[0].length / heads;
            Features map = features(value.features());
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[v[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] query = map.apply(slice(q[t], head, size), numbers.in("features"));
                    double total = 0;
                    double[] sum = new double[size];
                    for (int s = 0; s < (value.causal() ? t + 1 : x.length); s++) {
                        if (scene.keep()[s]) {
                            double weight = dot(query, map.apply(slice(k[s], head, size), numbers.in("features")));
                            total += weight;
                            for (int i = 0; i < size; i++) {
                                sum[i] += weight * v[s][head * size + i];
                            }
                        }
                    }
                    for (int i = 0; i < size; i++) {
                        gathered[head * size + i] = total == 0 ? 0 : sum[i] / total;
                    }
                }
                y[t] = numbers.in("output").linear(gathered, value.bias().output);
            }
            return y;
        };
    }

    private static double[][] each(double[][] x, java.util.function.UnaryOperator<double[]> f) {
        return Arrays.stream(x).map(f).toArray(double[][]::new);
    }

    private static double[] slice(double[] x, int index, int size) {
        return Arrays.copyOfRange(x, index * size, (index + 1) * size);
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
