package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.mask.MaskFormulas;
import io.attend.position.RelativePositionFormulas;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;

/// The attentions of several streams, from their papers, one query and one key at a time.
final class StreamFormulas {
    private StreamFormulas() {}

    /// What is asked of a pass of XLNet's.
    ///
    /// @param targets [P][T]
    /// @param seen [T][T], whether the first may see the second
    /// @param segments [T]
    @SuppressWarnings("ArrayRecordComponent")
    record Asked(double[][] targets, boolean[][] seen, int[] segments) {}

    /// Of tokens alone.
    static Formula twoStreams(TwoStreamAttention value) {
        return (x, numbers, scene) -> {
            boolean[][] seen = new boolean[x.length][x.length];
            for (int t = 0; t < x.length; t++) {
                for (int s = 0; s < x.length; s++) {
                    seen[t][s] =
                            scene.keep()[s] && MaskFormulas.of(value.mask()).allows(t, s);
                }
            }
            return twoStreams(value, x, numbers, new Asked(new double[0][], seen, new int[x.length]));
        };
    }

    /// Tokens, and behind them queries.
    static double[][] twoStreams(TwoStreamAttention value, double[][] x, Numbers numbers, Asked asked) {
        int length = asked.segments.length;
        double[][] keys =
                each(Arrays.copyOf(x, length), row -> numbers.in("key").linear(row, Bias.NONE));
        double[][] vectors =
                each(Arrays.copyOf(x, length), row -> numbers.in("value").linear(row, Bias.NONE));
        double[][] queries = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
        double[][] y = new double[x.length][queries[0].length];
        for (int t = 0; t < length; t++) {
            int here = t;
            y[t] = gathered(
                    value,
                    queries[t],
                    t,
                    keys,
                    vectors,
                    s -> asked.seen[here][s] || s == here,
                    numbers,
                    asked.segments);
            double[] query = new double[queries[0].length];
            for (int p = 0; p < asked.targets.length; p++) {
                for (int i = 0; i < query.length; i++) {
                    query[i] += asked.targets[p][t] * queries[length + p][i];
                }
            }
            boolean blind = !any(asked.seen[t]);
            double[] found = blind
                    ? mean(vectors)
                    : gathered(value, query, t, keys, vectors, s -> asked.seen[here][s], numbers, asked.segments);
            for (int p = 0; p < asked.targets.length; p++) {
                for (int i = 0; i < found.length; i++) {
                    y[length + p][i] += asked.targets[p][t] * found[i];
                }
            }
        }
        return each(y, row -> numbers.in("output").linear(row, Bias.NONE));
    }

    private static double[] gathered(
            TwoStreamAttention value,
            double[] query,
            int t,
            double[][] keys,
            double[][] vectors,
            IntPredicate seen,
            Numbers numbers,
            int[] segments) {
        int heads = value.heads().count();
        int size = query.length / heads;
        double[][] w = numbers.in("segment").matrix("query", size);
        double[][] e = numbers.in("segment").matrix("weight", size);
        double[] y = new double[query.length];
        for (int head = 0; head < heads; head++) {
            double[] own = part(query, head, size);
            int h = head;
            double[] weights = softmax(keys.length, seen, s -> {
                double[] key = part(keys[s], h, size);
                int other = segments[t] == segments[s] ? 0 : 1;
                double score = 0;
                for (int i = 0; i < size; i++) {
                    score += own[i] * key[i] + (own[i] + w[h][i]) * e[other * heads + h][i];
                }
                return score / Math.sqrt(size)
                        + RelativePositionFormulas.of(value.position())
                                .bias(
                                        new RelativePositionFormulas.Pair(h, heads, own, key, t, s),
                                        numbers.in("position"));
            });
            add(y, weights, vectors, head, size);
        }
        return y;
    }

    static Formula ngrams(NgramAttention value) {
        return (x, numbers, scene) -> ngrams(value, x, x.length, numbers, scene.keep());
    }

    /// The main stream of so many tokens, and behind it those that predict.
    static double[][] ngrams(NgramAttention value, double[][] x, int length, Numbers numbers, boolean[] keep) {
        int heads = value.heads().count();
        int streams = x.length / length - 1;
        double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.ADDED));
        double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.ADDED));
        double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.ADDED));
        double[][] r = each(x, row -> numbers.in("relative").linear(row, Bias.ADDED)); // [R][N H]
        int size = q[0].length / heads;
        double[][] y = new double[x.length][];
        for (int row = 0; row < x.length; row++) {
            int stream = row / length; // 0 is the main one
            int t = row % length;
            int here = row;
            double[] sum = new double[q[0].length];
            for (int head = 0; head < heads; head++) {
                int h = head;
                int[] from = {row, head};
                if (stream > 0 && value.order() == NgramAttention.Order.SHUFFLED) {
                    int flat = ((stream - 1) * heads + head) * length + t;
                    int[] other = {flat / (streams * heads), flat / heads % streams, flat % heads};
                    from = new int[] {(1 + other[1]) * length + other[0], other[2]};
                }
                double[] own = r[from[0]];
                int which = from[1];
                IntPredicate seen = s ->
                        s == length ? stream > 0 : keep[s] && (stream == 0 ? s <= t : s <= t + 1 - stream || s == 0);
                double[] weights = softmax(length + 1, seen, s -> {
                    int distance = s == length ? 0 : stream == 0 ? t - s : t + 1 - s;
                    return dot(q[here], k[s == length ? here : s], h, size) / Math.sqrt(size)
                            + own[bucket(value, distance) * heads + which];
                });
                double[][] vectors = Arrays.copyOf(v, length + 1);
                vectors[length] = v[row];
                add(sum, weights, vectors, head, size);
            }
            y[row] = numbers.in("output").linear(sum, Bias.ADDED);
        }
        return y;
    }

    private static int bucket(NgramAttention value, int distance) {
        double half = Math.floorDiv(value.buckets(), 2);
        if (distance < half) {
            return Math.max(0, distance);
        }
        double along = Math.log(distance / half) / Math.log(value.furthest() / half);
        return (int) Math.min(value.buckets() - 1.0, Math.floor(half + along * (value.buckets() - half)));
    }

    private static double[][] each(double[][] x, java.util.function.UnaryOperator<double[]> one) {
        return Arrays.stream(x).map(one).toArray(double[][]::new);
    }

    private static double[] part(double[] x, int head, int size) {
        return Arrays.copyOfRange(x, head * size, (head + 1) * size);
    }

    private static double dot(double[] a, double[] b, int head, int size) {
        double sum = 0;
        for (int i = head * size; i < (head + 1) * size; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /// Zeros where none is seen.
    private static double[] softmax(int count, IntPredicate seen, IntToDoubleFunction score) {
        double[] weights = new double[count];
        double total = 0;
        for (int s = 0; s < count; s++) {
            weights[s] = seen.test(s) ? Math.exp(score.applyAsDouble(s)) : 0;
            total += weights[s];
        }
        for (int s = 0; s < count && total > 0; s++) {
            weights[s] /= total;
        }
        return weights;
    }

    private static void add(double[] y, double[] weights, double[][] vectors, int head, int size) {
        for (int s = 0; s < weights.length; s++) {
            for (int i = head * size; i < (head + 1) * size; i++) {
                y[i] += weights[s] * vectors[s][i];
            }
        }
    }

    private static boolean any(boolean[] all) {
        for (boolean one : all) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    private static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }
}
