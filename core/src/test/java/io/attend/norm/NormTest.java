package io.attend.norm;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Numbers;
import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NormTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Norm.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                LayerContract.Formula.each((x, numbers) ->
                                        NormFormulas.of(example.value()).apply(x, numbers)))
                        .tests());
    }

    /// In training, batch and power norm are over the tokens that are not padding, with the gradient of that,
    /// and what they found moves their running numbers. Both formulas in plain loops.
    @Test
    void followTheBatchInTraining() {
        for (Norm norm : List.of(new BatchNorm(1e-5, 0.3), new PowerNorm(1e-5, 0.3))) {
            boolean centers = norm instanceof BatchNorm;
            int[] lengths = {7, 2, 5};
            int count = 14;
            try (Lifetime _ = Lifetime.open();
                    Random random = Random.seeded(1);
                    Bench<Layer> bench = Bench.of(parameters -> norm.build(parameters, WIDTH))) {
                Tensor x = Grids.random(5, 3, 7, WIDTH).mul(3).add(1);
                Context context = Context.training(random).padded(Optional.of(Grids.keep(7, lengths)));
                double[][][] grid = Grids.of(x);
                Numbers before = bench.numbers();
                double[] mean = new double[WIDTH];
                double[] spread = new double[WIDTH];
                for (int e = 0; e < WIDTH; e++) {
                    for (int b = 0; b < 3; b++) {
                        for (int t = 0; t < lengths[b]; t++) {
                            mean[e] += centers ? grid[b][t][e] / count : 0;
                        }
                    }
                    for (int b = 0; b < 3; b++) {
                        for (int t = 0; t < lengths[b]; t++) {
                            spread[e] += Math.pow(grid[b][t][e] - mean[e], 2) / count;
                        }
                    }
                }
                for (double[][] row : grid) {
                    for (double[] token : row) {
                        for (int e = 0; e < WIDTH; e++) {
                            token[e] = (token[e] - mean[e]) / Math.sqrt(spread[e] + 1e-5) * before.vector("weight")[e]
                                    + before.vector("bias")[e];
                        }
                    }
                }
                Grids.assertEqual(norm + " in training", bench.built().forward(x, context), grid, 1e-11);
                for (Parameter parameter : bench.parameters()) {
                    if (parameter.kind() == Parameter.Kind.RUNNING) {
                        double[] seen = parameter.name().equals("mean") ? mean : spread;
                        double correction = parameter.name().equals("variance") ? count / (count - 1.0) : 1;
                        double[] now = parameter.tensor().toDoubles();
                        for (int e = 0; e < WIDTH; e++) {
                            assertThat(now[e])
                                    .as("%s: %s", norm, parameter.name())
                                    .isCloseTo(
                                            0.7 * before.vector(parameter.name())[e] + 0.3 * correction * seen[e],
                                            within(1e-12));
                        }
                    }
                }
                List<Tensor> leaves = new ArrayList<>(bench.weights());
                leaves.add(x);
                FiniteDifferences.check(
                        norm + " in training", () -> bench.built().forward(x, context), leaves);
            }
        }
    }

    /// The paper's algorithms 1 and 2 in plain loops, two passes of warming up and three behind it, over the
    /// tokens that are not padding.
    @Test
    void runningPowerNormLearnsAsItsPaperSays() {
        RunningPowerNorm norm = new RunningPowerNorm(1e-5, 0.3, 2);
        int[] lengths = {7, 2, 5};
        int count = 14;
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Bench<Layer> bench = Bench.of(parameters -> norm.build(parameters, WIDTH))) {
            bench.weights().forEach(weight -> weight.requiresGrad(true));
            double[] weight = bench.numbers().vector("weight");
            double[] bias = bench.numbers().vector("bias");
            double[] square = bench.numbers().vector("square").clone();
            double[] slope = bench.numbers().vector("slope").clone();
            running(bench, "passes").mul_(0);
            for (int pass = 1; pass <= 5; pass++) {
                Tensor x = Grids.random(pass, 3, 7, WIDTH).mul(3).requiresGrad(true);
                Tensor given = Grids.random(10 + pass, 3, 7, WIDTH); // ∂L/∂y
                Context context = Context.training(random).padded(Optional.of(Grids.keep(7, lengths)));
                double[][][] y = Grids.of(x);
                double[][][] back = Grids.of(given);
                for (int e = 0; e < WIDTH; e++) {
                    double power = 0;
                    for (int b = 0; b < 3; b++) {
                        for (int t = 0; t < lengths[b]; t++) {
                            power += y[b][t][e] * y[b][t][e] / count;
                        }
                    }
                    double divisor = Math.sqrt((pass <= 2 ? power : square[e]) + 1e-5);
                    double powerOfNormed = 0;
                    double met = 0;
                    for (int b = 0; b < 3; b++) {
                        for (int t = 0; t < 7; t++) {
                            double normed = y[b][t][e] / divisor;
                            double g = back[b][t][e] * weight[e];
                            y[b][t][e] = normed * weight[e] + bias[e];
                            back[b][t][e] = (g - slope[e] * normed) / divisor;
                            powerOfNormed += t < lengths[b] ? normed * normed / count : 0;
                            met += t < lengths[b] ? g * normed / count : 0;
                        }
                    }
                    double share = pass <= 2 ? 1.0 / pass : 0.3;
                    square[e] = (1 - share) * square[e] + share * power;
                    slope[e] = slope[e] * (1 - 0.3 * powerOfNormed) + 0.3 * met;
                }
                Tensor actual = bench.built().forward(x, context);
                Grids.assertEqual("pass " + pass, actual, y, 1e-11);
                actual.mul(given).sum().backward();
                Grids.assertEqual("gradient of pass " + pass, x.grad().orElseThrow(), back, 1e-11);
                assertThat(running(bench, "square").toDoubles())
                        .as("ψ² of pass %s", pass)
                        .containsExactly(square, within(1e-12));
                assertThat(running(bench, "slope").toDoubles())
                        .as("ν of pass %s", pass)
                        .containsExactly(slope, within(1e-12));
            }
        }
    }

    private static Tensor running(Bench<Layer> bench, String name) {
        return bench.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow()
                .tensor();
    }

    /// Of vectors so short that little but epsilon is left to divide by.
    @Test
    void keepTheirEpsilon() {
        Examples.of(Norm.class).forEach(example -> {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> example.value().build(parameters, WIDTH))) {
                Tensor x = Grids.random(3, 2, 3, WIDTH).mul(1e-6);
                double[][][] expected = Grids.of(x);
                for (double[][] row : expected) {
                    for (int t = 0; t < row.length; t++) {
                        row[t] = NormFormulas.of(example.value()).apply(row[t], bench.numbers());
                    }
                }
                Grids.assertEqual(example.name(), bench.built().forward(x, Context.inference()), expected, 1e-11);
            }
        });
    }

    /// A large stream in halves: squares of 1,000 are beyond float16.
    @Test
    void stayFiniteInHalves() {
        for (DType half : List.of(DType.BFLOAT16, DType.FLOAT16)) {
            Examples.of(Norm.class).forEach(example -> {
                try (Lifetime _ = Lifetime.open();
                        Bench<Layer> bench =
                                Bench.of(parameters -> example.value().build(parameters, WIDTH), half)) {
                    Tensor x = Grids.random(7, 2, 3, WIDTH).mul(3000).to(half).requiresGrad(true);
                    Tensor y = bench.built().forward(x, Context.inference());
                    Grids.assertFinite(example.name(), y);
                    y.sum().backward();
                    Grids.assertFinite(example.name() + ": gradient", x.grad().orElseThrow());
                }
            });
        }
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new ScaleNorm(0)).hasMessage("epsilon 0.0 is outside (0, 1); the usual value is 1e-5");
        assertThatThrownBy(() -> new BatchNorm(1e-5, 0))
                .hasMessage("momentum 0.0 is outside (0, 1]; the usual value is 0.1");
        assertThatThrownBy(() -> new PowerNorm(1e-5, 1.5))
                .hasMessage("momentum 1.5 is outside (0, 1]; the usual value is 0.1");
        assertThatThrownBy(() -> new RunningPowerNorm(1e-5, 0.1, -1))
                .hasMessage("warmup must be at least 0 backward passes, not -1");
        assertThatThrownBy(() -> new RunningPowerNorm(1e-5, 0, 1))
                .hasMessage("momentum 0.0 is outside (0, 1]; the usual value is 0.1");
        assertThatThrownBy(() -> new PowerNorm(-1, 0.1))
                .hasMessage("epsilon -1.0 is outside (0, 1); the usual value is 1e-5");
    }
}
