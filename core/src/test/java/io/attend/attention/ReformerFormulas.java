package io.attend.attention;

import static io.attend.attention.UnpairedFormulas.dot;
import static io.attend.attention.UnpairedFormulas.each;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Reformer's two attentions, one query, hash and key at a time.
final class ReformerFormulas {
    private ReformerFormulas() {}

    static Formula local(LocalAttention value) {
        return (x, numbers, scene) -> {
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.NONE));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.NONE));
            int size = q[0].length / value.heads().count();
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                int chunk = t / value.chunk();
                int query = t;
                List<Integer> seen = IntStream.range(0, x.length)
                        .filter(s -> s / value.chunk() >= chunk - value.before()
                                && s / value.chunk() <= chunk + value.after())
                        .boxed()
                        .toList();
                double[] gathered = new double[q[0].length];
                for (int head = 0; head < value.heads().count(); head++) {
                    int first = head * size;
                    if (seen.stream().noneMatch(s -> scene.keep()[s] && !(value.causal() && s > query))) {
                        continue; // it sees nothing
                    }
                    found(
                            seen,
                            s -> !scene.keep()[s] || value.causal() && s > query
                                    ? -1e9
                                    : dot(q[query], k[s], first, size) / Math.sqrt(size),
                            v,
                            first,
                            size,
                            gathered);
                }
                y[t] = numbers.in("output").linear(gathered, Bias.NONE);
            }
            return y;
        };
    }

    static Formula lsh(LshAttention value) {
        return (x, numbers, scene) -> {
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.NONE));
            int size = q[0].length / value.heads().count();
            boolean whole = x.length <= value.chunk();
            int hashes = whole ? 1 : value.hashes();
            double[][] gathered = new double[x.length][q[0].length];
            for (int head = 0; head < value.heads().count(); head++) {
                int first = head * size;
                double[][] sums = new double[hashes][x.length];
                double[][][] found = new double[hashes][x.length][q[0].length];
                for (int hash = 0; hash < hashes; hash++) {
                    List<Integer> order = whole
                            ? IntStream.range(0, x.length).boxed().toList()
                            : order(value, q, scene.keep(), head, hash, size);
                    for (int place = 0; place < order.size(); place++) {
                        int query = order.get(place);
                        int chunk = place / value.chunk();
                        List<Integer> seen = new ArrayList<>();
                        for (int other = 0; other < order.size(); other++) {
                            int apart = other / value.chunk() - chunk;
                            if (whole || apart >= -value.before() && apart <= value.after()) {
                                seen.add(order.get(other));
                            }
                        }
                        sums[hash][query] = found(
                                seen,
                                s -> s == query
                                        ? -1e5
                                        : !scene.keep()[s] || value.causal() && s > query
                                                ? -1e9
                                                : dot(q[query], q[s], first, size)
                                                        / Math.sqrt(dot(q[s], q[s], first, size) / size + 1e-6)
                                                        / Math.sqrt(size),
                                v,
                                first,
                                size,
                                found[hash][query]);
                    }
                }
                for (int t = 0; t < x.length; t++) {
                    double most = Double.NEGATIVE_INFINITY;
                    for (double[] sum : sums) {
                        most = Math.max(most, sum[t]);
                    }
                    double total = 0;
                    for (double[] sum : sums) {
                        total += Math.exp(sum[t] - most);
                    }
                    for (int hash = 0; hash < hashes; hash++) {
                        double share = Math.exp(sums[hash][t] - most) / total;
                        for (int i = first; i < first + size; i++) {
                            gathered[t][i] += share * found[hash][t][i];
                        }
                    }
                }
            }
            return each(gathered, row -> numbers.in("output").linear(row, Bias.NONE));
        };
    }

    /// Positions by bucket, padding last, equal ones as they stand.
    private static List<Integer> order(LshAttention value, double[][] q, boolean[] keep, int head, int hash, int size) {
        long padded = ChunkPairs.padded(q.length, value.multiple().orElse(value.chunk()));
        List<Integer> factors = value.factors(padded);
        int each = factors.stream().mapToInt(factor -> factor / 2).sum();
        double[] rotations = value.rotations(size, each);
        int[] buckets = new int[q.length];
        for (int t = 0; t < q.length; t++) {
            int product = 1;
            int from = 0;
            for (int factor : factors) {
                int best = 0;
                double most = Double.NEGATIVE_INFINITY;
                for (int r = 0; r < factor; r++) {
                    double turned = 0;
                    for (int d = 0; d < size; d++) {
                        int at = ((head * size + d) * value.hashes() + hash) * each + from + r % (factor / 2);
                        turned += q[t][head * size + d] * rotations[at];
                    }
                    turned = r < factor / 2 ? turned : -turned;
                    if (turned > most) {
                        most = turned;
                        best = r;
                    }
                }
                buckets[t] += product * best;
                product *= factor;
                from += factor / 2;
            }
            buckets[t] = keep[t] ? buckets[t] : product;
        }
        return IntStream.range(0, q.length)
                .boxed()
                .sorted(Comparator.comparingInt(t -> buckets[t]))
                .toList();
    }

    /// Adds what softmax gathers of those seen, and gives the logarithm of what their scores sum to.
    private static double found(
            List<Integer> seen,
            java.util.function.IntToDoubleFunction score,
            double[][] v,
            int first,
            int size,
            double[] gathered) {
        double most = seen.stream().mapToDouble(score::applyAsDouble).max().orElseThrow();
        double total = seen.stream()
                .mapToDouble(s -> Math.exp(score.applyAsDouble(s) - most))
                .sum();
        for (int s : seen) {
            double weight = Math.exp(score.applyAsDouble(s) - most) / total;
            for (int i = first; i < first + size; i++) {
                gathered[i] += weight * v[s][i];
            }
        }
        return most + Math.log(total);
    }
}
