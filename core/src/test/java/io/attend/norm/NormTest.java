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
        assertThatThrownBy(() -> new PowerNorm(-1, 0.1))
                .hasMessage("epsilon -1.0 is outside (0, 1); the usual value is 1e-5");
    }
}
