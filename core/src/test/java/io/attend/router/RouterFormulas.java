package io.attend.router;

import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Routers on one sequence, from the papers, in plain loops.
public final class RouterFormulas {
    /// The ids of a sequence under test, for routers that go by words.
    static final int[] WORDS = {3, 50_256, 3, 0, 17, 250_001, 4, 1, 2, 5, 31};

    private RouterFormulas() {}

    /// Where the positions of a sequence [T][E] go.
    @FunctionalInterface
    public interface Formula {
        Places apply(double[][] x, Numbers router, Scene scene, int experts);
    }

    /// Experts of each position, X for none; their weights; what the input itself counts.
    @SuppressWarnings("ArrayRecordComponent")
    public record Places(int[][] experts, double[][] weights, double[] passed) {}

    private static final Formulas<Router, Formula> ALL = Formulas.<Router, Formula>of(Router.class)
            .with(TopKRouter.class, value -> (x, router, scene, experts) -> {
                Places places = none(x.length, value.choices(), experts);
                int[] used = new int[experts];
                for (int t = 0; t < x.length; t++) {
                    double[] p = softmax(router.linear(x[t], Bias.NONE));
                    int[] best = best(p, value.choices());
                    double among = value.gates() == TopKRouter.Gates.SOFTMAX
                            ? 1
                            : Arrays.stream(best).mapToDouble(i -> p[i]).sum();
                    for (int j = 0; j < best.length && scene.keep()[t]; j++) {
                        places.weights[t][j] = p[best[j]] / among;
                        if (used[best[j]]++ < value.capacity().of(x.length, value.choices(), experts)) {
                            places.experts[t][j] = best[j];
                        }
                    }
                }
                return places;
            })
            .with(SwitchRouter.class, value -> (x, router, scene, experts) -> {
                Places places = none(x.length, 1, experts);
                int[] used = new int[experts];
                for (int t = 0; t < x.length; t++) {
                    double[] p = softmax(router.linear(x[t], value.bias()));
                    int best = best(p, 1)[0];
                    places.weights[t][0] = p[best];
                    boolean asks = scene.keep()[t] || value.padding() == SwitchRouter.Padding.ROUTED;
                    boolean fits = asks && used[best]++ < value.capacity().of(x.length, 1, experts);
                    if (fits) {
                        places.experts[t][0] = best;
                    } else if (value.overflow() == SwitchRouter.Overflow.PASSED) {
                        places.passed[t] = p[best];
                    }
                }
                return places;
            })
            .with(SequenceRouter.class, value -> (x, router, scene, experts) -> {
                Places places = none(x.length, value.choices(), experts);
                double[] mean = new double[x[0].length];
                long real = IntStream.range(0, x.length)
                        .filter(t -> scene.keep()[t])
                        .count();
                for (int t = 0; t < x.length; t++) {
                    for (int e = 0; e < mean.length && scene.keep()[t]; e++) {
                        mean[e] += x[t][e] / real;
                    }
                }
                double[] p = softmax(router.linear(mean, Bias.NONE));
                int[] best = best(p, value.choices());
                double among = Arrays.stream(best).mapToDouble(i -> p[i]).sum();
                for (int t = 0; t < x.length; t++) {
                    for (int j = 0; j < best.length && scene.keep()[t]; j++) {
                        places.experts[t][j] = best[j];
                        places.weights[t][j] = p[best[j]] / among;
                    }
                }
                return places;
            })
            .with(HashRouter.class, value -> (x, _, scene, experts) -> {
                Places places = none(x.length, 1, experts);
                for (int t = 0; t < x.length; t++) {
                    places.weights[t][0] = 1;
                    if (scene.keep()[t]) {
                        long hash = (1_103_515_245L * scene.words()[t] + value.seed()) % ((1L << 31) - 1);
                        places.experts[t][0] = (int) (hash % experts);
                    }
                }
                return places;
            });

    public static Formula of(Router router) {
        return ALL.of(router);
    }

    private static Places none(int length, int choices, int experts) {
        int[][] nowhere = Stream.generate(
                        () -> IntStream.generate(() -> experts).limit(choices).toArray())
                .limit(length)
                .toArray(int[][]::new);
        return new Places(nowhere, new double[length][choices], new double[length]);
    }

    private static int[] best(double[] p, int count) {
        return IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -p[i]))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
    }

    static double[] softmax(double[] x) {
        double total = Arrays.stream(x).map(Math::exp).sum();
        return Arrays.stream(x).map(v -> Math.exp(v) / total).toArray();
    }
}
