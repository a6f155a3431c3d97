package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.mask.MaskFormulas;
import io.attend.norm.NormFormulas;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// Attention by sparse patterns, from their papers: every pair of positions is asked whether the pattern has
/// it.
final class PatternFormulas {
    private PatternFormulas() {}

    /// Whether a head's query sees a key, and how often it counts.
    @FunctionalInterface
    interface Pattern {
        double times(int head, int query, int key);
    }

    /// A window in each head, dilated by the head's rate, and global tokens that see all by projections of
    /// their own and are seen by all.
    static Formula longformer(LongformerAttention value) {
        return (x, numbers, scene) -> longformer(value, x, numbers, scene, global(value, x.length, scene));
    }

    private static boolean[] global(LongformerAttention value, int length, Scene scene) {
        boolean[] global = new boolean[length];
        int separators = 0;
        for (int t = 0; t < length; t++) {
            int before = separators;
            boolean separates = value.global().separator().isPresent()
                    && scene.words()[t] == value.global().separator().getAsInt();
            separators += separates ? 1 : 0;
            global[t] = scene.keep()[t]
                    && switch (value.global().choice()) {
                        case GIVEN -> false;
                        case FIRST -> t == 0;
                        case QUESTION -> separators == 0;
                        case ANSWER -> before >= 2;
                    };
        }
        return global;
    }

    static double[][] longformer(
            LongformerAttention value, double[][] x, Numbers numbers, Scene scene, boolean[] global) {
        double[][] near = gathered(value.heads(), x, numbers, scene, (head, query, key) -> {
            var window = MaskFormulas.of(value.window(head));
            return window.allows(query, key) || global[key] ? 1 : 0;
        });
        double[][] all = value.causal()
                ? near
                : gathered(value.heads(), x, numbers.in("global"), scene, (_, _, _) -> 1);
        return IntStream.range(0, x.length)
                .mapToObj(t -> numbers.in("output").linear(global[t] ? all[t] : near[t], ProjectionBias.ADDED.output))
                .toArray(double[][]::new);
    }

    /// The first and the last block, the neighbours and what was drawn; all at the ends.
    static Formula bigBird(BigBirdAttention value) {
        return (x, numbers, scene) -> {
            int blocks = (x.length + value.block() - 1) / value.block();
            return bigBird(
                    value,
                    x,
                    numbers,
                    scene,
                    x.length <= value.exact() ? List.of() : value.drawn("model", blocks));
        };
    }

    static double[][] bigBird(
            BigBirdAttention value,
            double[][] x,
            Numbers numbers,
            Scene scene,
            List<List<List<Integer>>> drawn) {
        int last = (x.length - 1) / value.block();
        double[][] y = gathered(value.heads(), x, numbers, scene, (head, query, key) -> {
            int from = query / value.block();
            int to = key / value.block();
            if (drawn.isEmpty() || from == 0 || from == last) {
                return 1;
            }
            long extra = drawn.get(head).get(from - 1).stream()
                    .filter(block -> block == to)
                    .count();
            return extra + (to == 0 || to == last || to >= from - 1 && to <= from + 1 ? 1 : 0);
        });
        return output(y, numbers);
    }

    /// Each head on one block of the text's own.
    static Formula blockwise(BlockwiseAttention value) {
        return (x, numbers, scene) -> {
            int real = (int) IntStream.range(0, x.length).filter(t -> scene.keep()[t]).count();
            int blocks = (real + value.block() - 1) / value.block();
            double[][] y = gathered(value.heads(), x, numbers, scene, (head, query, key) -> {
                int from = query / value.block();
                int to = from >= blocks ? from : (from + value.shifts().get(head)) % blocks;
                return key / value.block() == to ? 1 : 0;
            });
            return output(y, numbers);
        };
    }

    /// The merged sets of the paper, written as it writes them.
    static Formula factorized(FactorizedAttention value) {
        return (x, numbers, scene) -> {
            int l = value.stride();
            double[][] y = gathered(value.heads(), x, numbers, scene, (_, i, j) -> {
                boolean first;
                boolean second;
                if (value.pattern() == FactorizedAttention.Pattern.STRIDED) {
                    first = j >= Math.max(0, i - l) && j <= i;
                    second = j <= i && (i - j) % l == 0;
                } else {
                    first = Math.floorDiv(j, l) == Math.floorDiv(i, l) && j <= i;
                    second = j <= i && j % l >= l - value.summary() && j % l <= l;
                }
                return first || second ? 1 : 0;
            });
            return output(y, numbers);
        };
    }

    private static double[][] output(double[][] y, Numbers numbers) {
        return Arrays.stream(y)
                .map(row -> numbers.in("output").linear(row, Bias.ADDED))
                .toArray(double[][]::new);
    }

    /// A window around each token and sums of blocks: what is left behind the last whole block belongs to that.
    static Formula transientGlobal(TransientGlobalAttention value) {
        return (x, numbers, scene) -> {
            int width = x[0].length;
            int real = (int) IntStream.range(0, x.length).filter(t -> scene.keep()[t]).count();
            int whole = real / value.block();
            int[] block = IntStream.range(0, x.length)
                    .map(t -> scene.keep()[t] ? Math.min(t / value.block(), whole - 1) : -1)
                    .toArray();
            double[][] rows = new double[x.length + whole][];
            System.arraycopy(x, 0, rows, 0, x.length);
            for (int j = 0; j < whole; j++) {
                double[] sum = new double[width];
                for (int t = 0; t < x.length; t++) {
                    for (int i = 0; i < width && block[t] == j; i++) {
                        sum[i] += x[t][i];
                    }
                }
                rows[x.length + j] = NormFormulas.of(value.norm())
                        .apply(sum, numbers.in("global").in("norm"));
            }
            double[][] near = numbers.in("position").shared().matrix("weight", value.heads().count());
            double[][] far = numbers.in("global").shared().matrix("weight", value.heads().count());
            Numbers query = numbers.in("query");
            double[][] q = Arrays.stream(x).map(row -> query.linear(row, Bias.NONE)).toArray(double[][]::new);
            double[][] k = Arrays.stream(rows)
                    .map(row -> numbers.in("key").linear(row, Bias.NONE))
                    .toArray(double[][]::new);
            double[][] v = Arrays.stream(rows)
                    .map(row -> numbers.in("value").linear(row, Bias.NONE))
                    .toArray(double[][]::new);
            int size = q[0].length / value.heads().count();
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[q[0].length];
                for (int head = 0; head < value.heads().count(); head++) {
                    int from = t;
                    int of = head;
                    double[] weights = softmax(
                            rows.length,
                            s -> s >= x.length || scene.keep()[s] && Math.abs(s - from) <= value.radius() ? 1 : 0,
                            s -> dot(q[from], k[s], of * size, size)
                                    + (s < x.length
                                            ? near[value.position().bucket(s - from)][of]
                                            : far[value.position().bucket(s - x.length - block[from])][of]));
                    for (int s = 0; s < rows.length; s++) {
                        for (int i = head * size; i < (head + 1) * size; i++) {
                            gathered[i] += weights[s] * v[s][i];
                        }
                    }
                }
                y[t] = numbers.in("output").linear(gathered, Bias.NONE);
            }
            return y;
        };
    }

    /// Σ_s softmax_s(q_t·k_s / √D) v_s over the keys a pattern has, heads side by side.
    static double[][] gathered(Heads heads, double[][] x, Numbers numbers, Scene scene, Pattern pattern) {
        double[][] q = each(x, numbers.in("query"));
        double[][] k = each(x, numbers.in("key"));
        double[][] v = each(x, numbers.in("value"));
        int size = q[0].length / heads.count();
        double[][] y = new double[x.length][q[0].length];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < heads.count(); head++) {
                int query = t;
                int of = head;
                double[] weights = softmax(
                        x.length,
                        s -> scene.keep()[s] ? pattern.times(of, query, s) : 0,
                        s -> dot(q[query], k[s], of * size, size) / Math.sqrt(size));
                for (int s = 0; s < x.length; s++) {
                    for (int i = head * size; i < (head + 1) * size; i++) {
                        y[t][i] += weights[s] * v[s][i];
                    }
                }
            }
        }
        return y;
    }

    private static double[][] each(double[][] x, Numbers numbers) {
        return Arrays.stream(x)
                .map(row -> numbers.linear(row, ProjectionBias.ADDED.query))
                .toArray(double[][]::new);
    }

    /// Softmax in which a key counts as often as it is said to.
    static double[] softmax(int keys, IntToDoubleFunction times, IntToDoubleFunction score) {
        double[] weights = IntStream.range(0, keys)
                .mapToDouble(s -> times.applyAsDouble(s) == 0 ? 0 : times.applyAsDouble(s) * Math.exp(score.applyAsDouble(s)))
                .toArray();
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> total == 0 ? 0 : w / total).toArray();
    }

    private static double dot(double[] a, double[] b, int from, int size) {
        double sum = 0;
        for (int i = from; i < from + size; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
