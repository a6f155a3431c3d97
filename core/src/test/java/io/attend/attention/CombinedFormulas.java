package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.mask.MaskFormulas;
import io.attend.norm.NormFormulas;
import io.attend.position.RelativePositionFormulas;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// Softmax attentions put together of parts, from their papers, one head and one pair of positions at a time.
final class CombinedFormulas {
    private CombinedFormulas() {}

    /// Two maps subtracted, a norm over each head. (Positions are tested with softmax attention.)
    static Formula differential(DifferentialAttention value) {
        return (x, numbers, scene) -> {
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.NONE));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.NONE));
            int heads = value.heads().count();
            int size = q[0].length / heads / 2;
            double[][] rows = numbers.matrix("lambda", size);
            double lambda = Math.exp(dot(rows[0], rows[1])) - Math.exp(dot(rows[2], rows[3])) + value.initial();
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                int from = t;
                IntPredicate seen =
                        s -> scene.keep()[s] && MaskFormulas.of(value.mask()).allows(from, s);
                double[] gathered = new double[q[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] difference = new double[2 * size];
                    for (int map = 0; map < 2; map++) {
                        int place = map * heads + head;
                        double[] weights = softmax(
                                x.length,
                                seen,
                                s -> dot(slice(q[from], place, size), slice(k[s], place, size)) / Math.sqrt(size));
                        for (int s = 0; s < x.length; s++) {
                            for (int i = 0; i < 2 * size; i++) {
                                double number = v[s][(i / size * heads + head) * size + i % size];
                                difference[i] += (map == 0 ? 1 : -lambda) * weights[s] * number;
                            }
                        }
                    }
                    double[] normed = NormFormulas.of(value.norm())
                            .apply(difference, numbers.in("output").in("norm"));
                    for (int i = 0; i < 2 * size; i++) {
                        gathered[head * 2 * size + i] = (1 - value.initial()) * normed[i];
                    }
                }
                y[t] = numbers.in("output").linear(gathered, Bias.NONE);
            }
            return y;
        };
    }

    /// Keys and values made of one short vector, and a key for positions that all heads share.
    static Formula latent(LatentAttention value) {
        return (x, numbers, scene) -> {
            int heads = value.heads().count();
            int turned = value.turned();
            var position = RelativePositionFormulas.of(value.position());
            var norm = NormFormulas.of(value.norm());
            double[][] from = value.queryLatent().isPresent()
                    ? each(
                            x,
                            row -> norm.apply(
                                    numbers.in("narrow").linear(row, Bias.NONE),
                                    numbers.in("narrow").in("norm")))
                    : x;
            double[][] q = each(from, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] c = each(
                    x,
                    row -> norm.apply(
                            numbers.in("latent").linear(row, Bias.NONE),
                            numbers.in("latent").in("norm")));
            double[][] k = each(c, row -> numbers.in("key").linear(row, Bias.NONE));
            double[][] v = each(c, row -> numbers.in("value").linear(row, Bias.NONE));
            double[][] place = each(x, row -> numbers.in("shared").linear(row, Bias.NONE));
            int size = k[0].length / heads;
            Numbers none = numbers.in("position");
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                int at = t;
                double[] gathered = new double[v[0].length];
                for (int head = 0; head < heads; head++) {
                    double[] query = slice(q[t], head, size + turned);
                    double[] content = Arrays.copyOf(query, size);
                    double[] placed = position.query(Arrays.copyOfRange(query, size, size + turned), t, none);
                    int own = head;
                    double[] weights = softmax(
                            x.length,
                            s -> scene.keep()[s]
                                    && MaskFormulas.of(value.mask()).allows(at, s),
                            s -> (dot(content, slice(k[s], own, size)) + dot(placed, position.key(place[s], s, none)))
                                    / Math.sqrt(size + turned));
                    for (int s = 0; s < x.length; s++) {
                        for (int i = 0; i < size; i++) {
                            gathered[head * size + i] += weights[s] * v[s][head * size + i];
                        }
                    }
                }
                y[t] = numbers.in("output").linear(gathered, Bias.NONE);
            }
            return y;
        };
    }

    /// Zeros where nothing is seen.
    private static double[] softmax(int count, IntPredicate seen, IntToDoubleFunction score) {
        double[] weights = IntStream.range(0, count)
                .mapToDouble(s -> seen.test(s) ? Math.exp(score.applyAsDouble(s)) : 0)
                .toArray();
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights)
                .map(weight -> total == 0 ? 0 : weight / total)
                .toArray();
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
