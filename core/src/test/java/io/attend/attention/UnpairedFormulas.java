package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.mask.MaskFormulas;
import io.attend.norm.NormFormulas;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// The attentions that are more, or less, than a score of query and key, from their papers.
final class UnpairedFormulas {
    private UnpairedFormulas() {}

    /// Re Σ x(n, e) · exp(-2πi (k n / N + m e / E)) over the N real positions n and all numbers e.
    static Formula fourier() {
        return (x, _, scene) -> {
            int[] real =
                    IntStream.range(0, x.length).filter(t -> scene.keep()[t]).toArray();
            int width = x[0].length;
            double[][] y = new double[x.length][width];
            for (int k = 0; k < real.length; k++) {
                for (int m = 0; m < width; m++) {
                    for (int n = 0; n < real.length; n++) {
                        for (int e = 0; e < width; e++) {
                            double turn = (double) k * n / real.length + (double) m * e / width;
                            y[real[k]][m] += x[real[n]][e] * Math.cos(2 * Math.PI * turn);
                        }
                    }
                }
            }
            return y;
        };
    }

    /// DeBERTa's scores, one pair at a time.
    static Formula disentangled(DisentangledAttention value) {
        return (x, numbers, scene) -> {
            int terms = value.terms() == DisentangledAttention.Terms.BOTH ? 2 : 1;
            boolean own = value.projections() == DisentangledAttention.Projections.OWN;
            Numbers keys = own ? numbers.in("position").in("key") : numbers.in("key");
            Numbers queries = own ? numbers.in("position").in("query") : numbers.in("query");
            double[][] table = Arrays.stream(numbers.in("relative").matrix("weight", x[0].length))
                    .map(row -> NormFormulas.of(value.distances().norm())
                            .apply(row, numbers.in("relative").in("norm")))
                    .toArray(double[][]::new);
            double[][] q = each(x, row -> numbers.in("query").linear(row, value.bias().query));
            double[][] k = each(x, row -> numbers.in("key").linear(row, value.bias().key));
            double[][] v = each(x, row -> numbers.in("value").linear(row, value.bias().value));
            int size = q[0].length / value.heads().count();
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[q[0].length];
                for (int head = 0; head < value.heads().count(); head++) {
                    int first = head * size;
                    int query = t;
                    double[] weights = softmax(x.length, s -> scene.keep()[s], s -> {
                        double[] distance = table[row(value.distances(), query - s)];
                        double score = dot(q[query], k[s], first, size);
                        if (value.terms() != DisentangledAttention.Terms.POSITION_TO_CONTENT) {
                            score += dot(q[query], keys.linear(distance, value.bias().key), first, size);
                        }
                        if (value.terms() != DisentangledAttention.Terms.CONTENT_TO_POSITION) {
                            score += dot(k[s], queries.linear(distance, value.bias().query), first, size);
                        }
                        return score / Math.sqrt(size * (1.0 + terms));
                    });
                    for (int i = first; i < first + size; i++) {
                        gathered[i] = sum(weights, v, i);
                    }
                }
                y[t] = numbers.in("output").linear(gathered, value.bias().output);
            }
            return y;
        };
    }

    /// The row of a distance as Hugging Face's DeBERTa v2 has it: bucket, then clamp.
    private static int row(RelativeTable table, int distance) {
        int span = table.buckets().orElse(table.most());
        int bucket = distance;
        if (table.buckets().isPresent() && Math.abs(distance) > span / 2) {
            double middle = Math.floorDiv(span, 2);
            double grown = Math.log(Math.abs(distance) / middle) / Math.log((table.most() - 1) / middle);
            bucket = (int) (Math.signum(distance) * (middle + Math.ceil(grown * (middle - 1))));
        }
        return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
    }

    static Formula synthesizer(Synthesizer value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            double[][] v = each(x, row -> numbers.in("value").linear(row, value.bias()));
            int size = v[0].length / heads;
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[v[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] scores = synthesis(value.synthesis(), x, t, head, heads, numbers.in("synthesis"));
                    int query = t;
                    double[] weights = softmax(
                            x.length,
                            s -> scene.keep()[s]
                                    && MaskFormulas.of(value.mask()).allows(query, s),
                            s -> scores[s]);
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        gathered[i] = sum(weights, v, i);
                    }
                }
                y[t] = numbers.in("output").linear(gathered, value.bias());
            }
            return y;
        };
    }

    static double[] synthesis(Synthesis synthesis, double[][] x, int t, int head, int heads, Numbers numbers) {
        int maximum = synthesis.maximum();
        return switch (synthesis) {
            case DenseSynthesis _ -> network(x[t], head, heads, maximum, numbers);
            case FactorizedDenseSynthesis factorized -> {
                int columns = factorized.columns();
                double[] a = network(x[t], head, heads, columns, numbers.in("column"));
                double[] b = network(x[t], head, heads, (maximum + columns - 1) / columns, numbers.in("row"));
                yield IntStream.range(0, maximum)
                        .mapToDouble(i -> a[i % columns] * b[i / columns])
                        .toArray();
            }
            case RandomSynthesis _ -> numbers.matrix("weight", maximum)[head * maximum + t];
            case FactorizedRandomSynthesis factorized -> {
                double[][] query = numbers.matrix("query", factorized.rank());
                double[][] key = numbers.matrix("key", factorized.rank());
                yield IntStream.range(0, maximum)
                        .mapToDouble(s -> dot(query[head * maximum + t], key[head * maximum + s], 0, factorized.rank()))
                        .toArray();
            }
        };
    }

    /// W₂ relu(W₁ x + b₁) + b₂ of one head.
    private static double[] network(double[] x, int head, int heads, int outputs, Numbers numbers) {
        double[] inner = numbers.in("inner").linear(x, Bias.ADDED);
        double[] relu = Arrays.stream(inner).map(v -> Math.max(0, v)).toArray();
        double[] all = numbers.in("outer").linear(relu, Bias.ADDED, heads);
        return Arrays.copyOfRange(all, head * outputs, (head + 1) * outputs);
    }

    /// ConvBERT, one position, head and kernel at a time.
    static Formula mixed(MixedAttention value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            int width = x[0].length;
            int kernel = value.kernel();
            Numbers span = numbers.in("span");
            double[][] depthwise = span.matrix("depthwise", kernel);
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.ADDED));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.ADDED));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.ADDED));
            double[][] z = each(x, row -> span.in("value").linear(row, Bias.ADDED));
            int inner = q[0].length;
            int size = inner / heads;
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] both = new double[2 * inner];
                double[] local = new double[width];
                for (int j = 0; j < kernel; j++) {
                    int at = t + j - kernel / 2;
                    for (int e = 0; e < width && at >= 0 && at < x.length && scene.keep()[at]; e++) {
                        local[e] += depthwise[e][j] * x[at][e];
                    }
                }
                double[] spanKey = span.in("pointwise").linear(local, Bias.ADDED);
                double[] product = new double[inner];
                for (int i = 0; i < inner; i++) {
                    product[i] = spanKey[i] * q[t][i];
                }
                double[] logits = span.in("kernel").linear(product, Bias.ADDED);
                for (int head = 0; head < heads; head++) {
                    int first = head * size;
                    int row = head * kernel;
                    int query = t;
                    double[] weights = softmax(
                            x.length, s -> scene.keep()[s], s -> dot(q[query], k[s], first, size) / Math.sqrt(size));
                    double[] taps = softmax(kernel, _ -> true, j -> logits[row + j]);
                    for (int i = first; i < first + size; i++) {
                        both[i] = sum(weights, v, i);
                        for (int j = 0; j < kernel; j++) {
                            int at = t + j - kernel / 2;
                            if (at >= 0 && at < x.length && scene.keep()[at]) {
                                both[inner + i] += taps[j] * z[at][i];
                            }
                        }
                    }
                }
                y[t] = numbers.in("output").linear(both, Bias.ADDED);
            }
            return y;
        };
    }

    static double[][] each(double[][] x, java.util.function.UnaryOperator<double[]> f) {
        return Arrays.stream(x).map(f).toArray(double[][]::new);
    }

    static double dot(double[] a, double[] b, int from, int count) {
        return IntStream.range(from, from + count).mapToDouble(i -> a[i] * b[i]).sum();
    }

    static double sum(double[] weights, double[][] vectors, int at) {
        return IntStream.range(0, weights.length)
                .mapToDouble(s -> weights[s] * vectors[s][at])
                .sum();
    }

    /// Over what is seen; zeros if nothing is.
    static double[] softmax(int count, java.util.function.IntPredicate seen, IntToDoubleFunction score) {
        double[] weights = IntStream.range(0, count)
                .mapToDouble(s -> seen.test(s) ? Math.exp(score.applyAsDouble(s)) : 0)
                .toArray();
        double total = Arrays.stream(weights).sum();
        return total == 0 ? weights : Arrays.stream(weights).map(w -> w / total).toArray();
    }
}
