package io.attend.feedforward;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
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
                    LowRankFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner = lowRank(x, numbers.in("inner"), value.bias());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return lowRank(hidden, numbers.in("outer"), value.bias());
                    }))
            .with(
                    GroupedFeedForward.class,
                    value -> Formula.each((x, numbers) -> {
                        double[] inner = numbers.in("inner").linear(x, Bias.ADDED, value.groups().inner());
                        double[] hidden = Arrays.stream(inner)
                                .map(ActivationFormulas.of(value.activation()))
                                .toArray();
                        return numbers.in("outer").linear(hidden, Bias.ADDED, value.groups().outer());
                    }))
            .with(ActivatedConvolution.class, value -> (x, numbers, scene) -> {
                int part = x[0].length / value.groups();
                double[][] y = new double[x.length][x[0].length];
                for (int t = 0; t < x.length; t++) {
                    for (int o = 0; o < y[t].length; o++) {
                        double sum = numbers.vector("bias")[o];
                        for (int i = 0; i < part; i++) {
                            for (int j = 0; j < value.kernel(); j++) {
                                int at = t + j - value.kernel() / 2;
                                if (at >= 0 && at < x.length && scene.keep()[at]) {
                                    double weight = numbers.vector("weight")[(o * part + i) * value.kernel() + j];
                                    sum += weight * x[at][o / part * part + i];
                                }
                            }
                        }
                        y[t][o] = ActivationFormulas.of(value.activation()).applyAsDouble(sum);
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

    private static double[] lowRank(double[] x, Numbers numbers, Bias bias) {
        return numbers.in("up").linear(numbers.in("down").linear(x, Bias.NONE), bias);
    }

    public static Formula of(FeedForward feedForward) {
        return ALL.of(feedForward);
    }
}
