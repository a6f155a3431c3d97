package io.attend.feedforward;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.router.RouterFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;

/// Feed-forward networks at one position, from the papers.
public final class FeedForwardFormulas {
    private FeedForwardFormulas() {}

    private static final Formulas<FeedForward, Formula> ALL = Formulas.<FeedForward, Formula>of(FeedForward.class)
            .with(
                    DenseFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner = numbers.in("inner").linear(x, value.bias());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return numbers.in("outer").linear(hidden, value.bias());
                    }))
            .with(
                    GatedFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] gate = numbers.in("gate").linear(x, value.bias());
                        double[] inner = numbers.in("inner").linear(x, value.bias());
                        double[] hidden = new double[gate.length];
                        Arrays.setAll(
                                hidden,
                                f -> ActivationFormulas.of(value.activation()).applyAsDouble(gate[f]) * inner[f]);
                        return numbers.in("outer").linear(hidden, value.bias());
                    }))
            .with(
                    GroupedFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner =
                                grouped(x, numbers.in("inner"), value.groups().inner(), value.bias());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return grouped(
                                hidden, numbers.in("outer"), value.groups().outer(), value.bias());
                    }))
            .with(
                    LowRankFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner = lowRank(x, numbers.in("inner"), value.bias());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return lowRank(hidden, numbers.in("outer"), value.bias());
                    }))
            .with(RwkvChannelMixing.class, _ -> (x, numbers, scene) -> {
                int width = x[0].length;
                double[] keyMix = numbers.vector("keyMix");
                double[] receptanceMix = numbers.vector("receptanceMix");
                double[] before = new double[width];
                double[][] y = new double[x.length][width];
                for (int t = 0; t < x.length; t++) {
                    double[] now = scene.keep()[t] ? x[t] : new double[width];
                    double[] forKey = new double[width];
                    double[] forReceptance = new double[width];
                    for (int i = 0; i < width; i++) {
                        forKey[i] = keyMix[i] * now[i] + (1 - keyMix[i]) * before[i];
                        forReceptance[i] = receptanceMix[i] * now[i] + (1 - receptanceMix[i]) * before[i];
                    }
                    double[] hidden = Arrays.stream(numbers.in("key").linear(forKey, Bias.NONE))
                            .map(h -> h > 0 ? h * h : 0)
                            .toArray();
                    double[] gate = numbers.in("receptance").linear(forReceptance, Bias.NONE);
                    double[] out = numbers.in("value").linear(hidden, Bias.NONE);
                    for (int i = 0; i < width; i++) {
                        y[t][i] = out[i] / (1 + Math.exp(-gate[i]));
                    }
                    before = now;
                }
                return y;
            })
            .with(MixtureOfExperts.class, value -> (x, numbers, scene) -> {
                RouterFormulas.Places places =
                        RouterFormulas.of(value.router()).apply(x, numbers.in("router"), scene, value.experts());
                double[][] y = new double[x.length][x[0].length];
                for (int t = 0; t < x.length; t++) {
                    for (int j = 0; j < value.router().choices(); j++) {
                        int expert = places.experts()[t][j];
                        if (expert < value.experts()) {
                            double[] result = of(value.expert())
                                    .apply(
                                            new double[][] {x[t]},
                                            numbers.in("experts").in("" + expert),
                                            Scene.plain(1))[0];
                            add(y[t], result, places.weights()[t][j]);
                        }
                    }
                    add(y[t], x[t], places.passed()[t]);
                }
                return y;
            })
            .with(SharedExpert.class, value -> (x, numbers, scene) -> {
                double[][] y = of(value.always()).apply(x, numbers.in("always"), scene);
                double[][] z = of(value.routed()).apply(x, numbers.in("routed"), scene);
                for (int t = 0; t < y.length; t++) {
                    add(y[t], z[t], 1);
                }
                return y;
            })
            .with(SoftMixtureOfExperts.class, value -> (x, numbers, scene) -> {
                int slots = value.experts() * value.slots();
                double[][] score = Arrays.stream(x)
                        .map(row -> numbers.in("router").linear(row, Bias.NONE))
                        .toArray(double[][]::new);
                double[][] results = new double[slots][];
                for (int s = 0; s < slots; s++) {
                    double total = 0;
                    double[] mixed = new double[x[0].length];
                    for (int t = 0; t < x.length; t++) {
                        total += scene.keep()[t] ? Math.exp(score[t][s]) : 0;
                    }
                    for (int t = 0; t < x.length; t++) {
                        add(mixed, x[t], scene.keep()[t] ? Math.exp(score[t][s]) / total : 0);
                    }
                    results[s] = of(value.expert())
                            .apply(
                                    new double[][] {mixed},
                                    numbers.in("experts").in("" + s / value.slots()),
                                    Scene.plain(1))[0];
                }
                double[][] y = new double[x.length][x[0].length];
                for (int t = 0; t < x.length; t++) {
                    double total = Arrays.stream(score[t]).map(Math::exp).sum();
                    for (int s = 0; s < slots; s++) {
                        add(y[t], results[s], Math.exp(score[t][s]) / total);
                    }
                }
                return y;
            })
            .with(ChunkedFeedForward.class, value -> of(value.feedForward()))
            .with(
                    ScaledFeedForward.class,
                    value -> (x, numbers, scene) -> Arrays.stream(
                                    of(value.feedForward()).apply(x, numbers, scene))
                            .map(row -> Arrays.stream(row)
                                    .map(v -> value.factor() * v)
                                    .toArray())
                            .toArray(double[][]::new))
            .with(
                    SharedFeedForward.class,
                    value -> (x, numbers, scene) ->
                            of(value.feedForward()).apply(x, numbers.stack().in("feed"), scene));

    private static void add(double[] sum, double[] x, double weight) {
        for (int e = 0; e < sum.length; e++) {
            sum[e] += weight * x[e];
        }
    }

    private static double[] grouped(double[] x, Numbers numbers, int groups, Bias bias) {
        int inputs = x.length / groups;
        double[][] weight = numbers.matrix("weight", inputs);
        int outputs = weight.length / groups;
        double[] y = bias == Bias.ADDED ? numbers.vector("bias").clone() : new double[weight.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < inputs; i++) {
                y[o] += weight[o][i] * x[o / outputs * inputs + i];
            }
        }
        return y;
    }

    private static double[] lowRank(double[] x, Numbers numbers, Bias bias) {
        return numbers.in("up").linear(numbers.in("down").linear(x, Bias.NONE), bias);
    }

    public static Formula of(FeedForward feedForward) {
        return ALL.of(feedForward);
    }
}
