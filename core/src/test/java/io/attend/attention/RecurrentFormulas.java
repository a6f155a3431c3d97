package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.norm.NormFormulas;
import io.attend.position.RelativePositionFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The attentions that are recurrences, from their papers, one head and one pair of positions at a time.
final class RecurrentFormulas {
    private RecurrentFormulas() {}

    /// φ of one query or key of one head.
    @FunctionalInterface
    interface Features {
        double[] apply(double[] x, Numbers numbers);
    }

    private static final Formulas<FeatureMap, Features> FEATURES = Formulas.<FeatureMap, Features>of(FeatureMap.class)
            .with(
                    EluFeatures.class,
                    _ -> (x, _) -> Arrays.stream(x)
                            .map(number -> number > 0 ? number + 1 : Math.exp(number))
                            .toArray())
            .with(SoftmaxFeatures.class, _ -> (x, numbers) -> {
                double[] scaled = Arrays.stream(x)
                        .map(number -> number / Math.pow(x.length, 0.25))
                        .toArray();
                return Arrays.stream(numbers.matrix("weight", x.length))
                        .mapToDouble(w -> Math.exp(dot(w, scaled) - dot(scaled, scaled) / 2))
                        .toArray();
            })
            .with(
                    ReluFeatures.class,
                    value -> (x, numbers) -> Arrays.stream(numbers.matrix("weight", x.length))
                            .mapToDouble(w -> Math.max(dot(w, x), 0) / Math.sqrt(value.count()) + 1e-3)
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

    /// Softmax over k mixtures of all keys, which real positions alone enter.
    static Formula linformer(Linformer value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            double[][] q = each(x, row -> numbers.in("query").linear(row, value.bias().query));
            double[][] k = each(x, row -> numbers.in("key").linear(row, value.bias().key));
            double[][] v = each(x, row -> numbers.in("value").linear(row, value.bias().value));
            Numbers own = value.sharing() == Linformer.Sharing.LAYERS
                    ? numbers.in("length")
                    : numbers.in("key").in("length");
            double[][] ofKeys = own.matrix("weight", value.maximum());
            double[][] ofValues = value.sharing() == Linformer.Sharing.HEADS
                    ? numbers.in("value").in("length").matrix("weight", value.maximum())
                    : ofKeys;
            double[][] keys = mixed(ofKeys, k, scene.keep());
            double[][] vectors = mixed(ofValues, v, scene.keep());
            int size = v[0].length / heads;
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[v[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] query = slice(q[t], head, size);
                    int at = head;
                    double[] weights = Arrays.stream(keys)
                            .mapToDouble(key -> Math.exp(dot(query, slice(key, at, size)) / Math.sqrt(size)))
                            .toArray();
                    double total = Arrays.stream(weights).sum();
                    for (int j = 0; j < weights.length; j++) {
                        for (int i = 0; i < size; i++) {
                            gathered[head * size + i] += weights[j] / total * vectors[j][head * size + i];
                        }
                    }
                }
                y[t] = numbers.in("output").linear(gathered, value.bias().output);
            }
            return y;
        };
    }

    /// The parallel form: Σ_{s ≤ t} γ^{t−s} (q_t · k_s / √D) v_s, a norm and a gate. Padding does not count as
    /// time.
    static Formula retention(Retention value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.NONE));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.NONE));
            int size = k[0].length / heads;
            int valueSize = v[0].length / heads;
            var position = RelativePositionFormulas.of(value.position());
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[v[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] query = position.query(slice(q[t], head, size), t, numbers.in("position"));
                    double[] sum = new double[valueSize];
                    double left = 1;
                    for (int s = t; s >= 0; s--) {
                        if (scene.keep()[s]) {
                            double[] key = position.key(slice(k[s], head, size), s, numbers.in("position"));
                            double weight = left * dot(query, key) / Math.sqrt(size);
                            for (int i = 0; i < valueSize; i++) {
                                sum[i] += weight * v[s][head * valueSize + i];
                            }
                            left *= 1 - Math.pow(2, -5 - head);
                        }
                    }
                    double mean = Arrays.stream(sum).average().orElseThrow();
                    double variance = Arrays.stream(sum)
                            .map(number -> (number - mean) * (number - mean))
                            .average()
                            .orElseThrow();
                    for (int i = 0; i < valueSize; i++) {
                        gathered[head * valueSize + i] = (sum[i] - mean) / Math.sqrt(variance + 1e-5);
                    }
                }
                y[t] = numbers.in("output").linear(gated(gathered, x[t], numbers), Bias.NONE);
            }
            return y;
        };
    }

    private static double[] gated(double[] y, double[] x, Numbers numbers) {
        double[] gate = numbers.in("gate").linear(x, Bias.NONE);
        return IntStream.range(0, y.length)
                .mapToDouble(i -> y[i] * silu(gate[i]))
                .toArray();
    }

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    /// S ← α (I − β k kᵀ) S + β k vᵀ, y = Sᵀ q, one step at a time.
    static Formula gatedDelta(GatedDelta value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            double[] a = numbers.vector("decay");
            double[] forgetBias = numbers.in("forget").vector("bias");
            double[][] all = new double[x.length][];
            double[][] y = new double[x.length][];
            double[][][] state = new double[heads][][];
            for (int t = 0; t < x.length; t++) {
                double[] q = numbers.in("query").linear(x[t], Bias.NONE);
                double[] k = numbers.in("key").linear(x[t], Bias.NONE);
                double[] v = numbers.in("value").linear(x[t], Bias.NONE);
                int size = q.length / heads;
                int valueSize = v.length / heads;
                all[t] = Stream.of(q, k, v).flatMapToDouble(Arrays::stream).toArray();
                if (!scene.keep()[t]) {
                    all[t] = new double[all[t].length];
                }
                double[][] weight = numbers.in("convolution").matrix("weight", value.kernel());
                double[] near = new double[all[t].length];
                for (int c = 0; c < near.length && scene.keep()[t]; c++) {
                    for (int i = 0; i < value.kernel(); i++) {
                        int from = t - value.kernel() + 1 + i;
                        near[c] += from < 0 ? 0 : weight[c][i] * all[from][c];
                    }
                    near[c] = silu(near[c]);
                }
                double[] forget = numbers.in("forget").linear(x[t], Bias.NONE);
                double[] write = numbers.in("write").linear(x[t], Bias.NONE);
                double[] gathered = new double[v.length];
                for (int head = 0; head < heads; head++) {
                    if (state[head] == null) {
                        state[head] = new double[size][valueSize];
                    }
                    double[] query = unit(slice(near, head, size));
                    double[] key = unit(slice(near, heads + head, size));
                    double beta = 1 / (1 + Math.exp(-write[head]));
                    double alpha = scene.keep()[t]
                            ? Math.exp(-Math.exp(a[head]) * Math.log1p(Math.exp(forget[head] + forgetBias[head])))
                            : 1;
                    double[] read = new double[valueSize];
                    for (int j = 0; j < valueSize; j++) {
                        double now = near[2 * heads * size + head * valueSize + j];
                        double held = 0;
                        for (int i = 0; i < size; i++) {
                            held += key[i] * state[head][i][j];
                        }
                        for (int i = 0; i < size; i++) {
                            state[head][i][j] =
                                    alpha * (state[head][i][j] - beta * key[i] * held) + beta * key[i] * now;
                            read[j] += state[head][i][j] * query[i] / Math.sqrt(size);
                        }
                    }
                    double[] normed = NormFormulas.of(value.norm())
                            .apply(read, numbers.in("output").in("norm"));
                    System.arraycopy(normed, 0, gathered, head * valueSize, valueSize);
                }
                y[t] = numbers.in("output").linear(gated(gathered, x[t], numbers), Bias.NONE);
            }
            return y;
        };
    }

    private static double[] unit(double[] x) {
        double length = Math.sqrt(dot(x, x) + 1e-6);
        return Arrays.stream(x).map(number -> number / length).toArray();
    }

    private static double[][] mixed(double[][] shares, double[][] x, boolean[] keep) {
        double[][] y = new double[shares.length][x[0].length];
        for (int j = 0; j < y.length; j++) {
            for (int s = 0; s < x.length; s++) {
                for (int i = 0; i < x[0].length && keep[s]; i++) {
                    y[j][i] += shares[j][s] * x[s][i];
                }
            }
        }
        return y;
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
