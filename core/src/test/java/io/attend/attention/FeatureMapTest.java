package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Parameter;
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeatureMapTest {
    private static final int SIZE = 5;

    static Stream<Example<FeatureMap>> maps() {
        return Examples.of(FeatureMap.class);
    }

    /// Queries up to a factor of their own, keys up to one of all; never below 0.
    @ParameterizedTest
    @MethodSource("maps")
    void isItsFormula(Example<FeatureMap> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<FeatureMap.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, SIZE))) {
            Tensor x = Grids.random(1, 1, 1, 3, SIZE);
            var formula = RecurrentFormulas.features(example.value());
            double[] queries = bench.built().queries(x).toDoubles();
            double[] keys = bench.built().keys(x).toDoubles();
            int features = bench.built().features();
            assertThat(queries).hasSize(3 * features);
            double factorOfKeys = Double.NaN;
            for (int t = 0; t < 3; t++) {
                double[] expected = formula.apply(x.select(2, t).toDoubles(), bench.numbers());
                double factor = queries[t * features] / expected[0];
                factorOfKeys = t == 0 ? keys[0] / expected[0] : factorOfKeys;
                for (int i = 0; i < features; i++) {
                    assertThat(queries[t * features + i]).isPositive().isCloseTo(factor * expected[i], within(1e-13));
                    assertThat(keys[t * features + i])
                            .isPositive()
                            .isCloseTo(factorOfKeys * expected[i], within(1e-13));
                }
            }
        }
    }

    /// At right angles D at a time, as long as normal vectors are, and the same for the same seed.
    @Test
    void directionsAreOrthogonal() {
        try (Lifetime _ = Lifetime.open();
                Bench<FeatureMap.Built> bench =
                        Bench.of(parameters -> new SoftmaxFeatures(1003).build(parameters, SIZE))) {
            Parameter weight = bench.parameters().getFirst();
            assertThat(weight.kind()).isEqualTo(Parameter.Kind.RUNNING);
            assertThat(weight.kind().isSaved()).isTrue();
            Tensor drawn = drawn(weight, 3);
            assertThat(drawn.toDoubles())
                    .isEqualTo(drawn(weight, 3).toDoubles())
                    .isNotEqualTo(drawn(weight, 4).toDoubles());
            for (int block = 0; block < 200; block++) {
                Tensor rows = drawn.narrow(0, (long) block * SIZE, SIZE);
                double[] products = rows.matmul(rows.transpose(0, 1)).toDoubles();
                for (int i = 0; i < SIZE * SIZE; i++) {
                    if (i / SIZE != i % SIZE) {
                        assertThat(products[i]).isCloseTo(0, within(1e-5));
                    }
                }
            }
            double meanSquare =
                    drawn.square().sum(1, Tensor.Axis.DROPPED).mean().item();
            assertThat(meanSquare).isCloseTo(SIZE, within(4 * Math.sqrt(2.0 * SIZE / 1003)));
        }
    }

    private static Tensor drawn(Parameter weight, long seed) {
        try (Random random = Random.seeded(seed)) {
            return weight.initializer().make(weight.shape(), random).to(DType.FLOAT64);
        }
    }

    /// Sixteen times as many features quarter the error against exact attention, whose weights are the same.
    @Test
    void errorAgainstExactAttentionFallsWithFeatures() {
        double before = Double.POSITIVE_INFINITY;
        for (int count : new int[] {16, 256, 4096}) {
            double error = 0;
            for (int seed = 0; seed < 24; seed++) {
                error += error(count, seed) / 24;
            }
            assertThat(error).as("error of %s features", count).isLessThan(before / 3);
            before = error;
        }
        assertThat(before).isLessThan(0.02);
    }

    private static double error(int count, int seed) {
        LinearAttention performer = LinearAttention.of(Heads.of(2))
                .features(new SoftmaxFeatures(count))
                .bias(ProjectionBias.NONE);
        SoftmaxAttention softmax = SoftmaxAttention.of(Heads.of(2)).bias(ProjectionBias.NONE);
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> random = Bench.of(parameters -> performer.self(parameters, Site.width(10)));
                Bench<Layer> exact = Bench.of(parameters -> softmax.self(parameters, Site.width(10)))) {
            random.parameters().stream()
                    .filter(parameter -> parameter.kind() == Parameter.Kind.RUNNING)
                    .forEach(parameter -> parameter.fill(drawn(parameter, seed)));
            Tensor x = Grids.random(seed, 1, 13, 10).mul(0.3); // long queries take very many features
            Tensor expected = exact.built().forward(x, Context.inference());
            return random.built()
                            .forward(x, Context.inference())
                            .sub(expected)
                            .norm()
                            .item()
                    / expected.norm().item();
        }
    }

    /// Directions and keys so long that their exponentials are no float32 give finite results and gradients.
    @Test
    void longDirectionsStayFinite() {
        LinearAttention performer = LinearAttention.of(Heads.of(1))
                .features(new SoftmaxFeatures(33))
                .causal(true);
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench =
                        Bench.of(parameters -> performer.self(parameters, Site.width(256)), DType.FLOAT32)) {
            bench.parameters().stream()
                    .filter(parameter -> parameter.kind() == Parameter.Kind.RUNNING)
                    .forEach(parameter -> parameter.fill(drawn(parameter, 1).to(DType.FLOAT32)));
            Tensor x = Grids.random(2, 1, 7, 256).to(DType.FLOAT32).requiresGrad(true);
            Tensor y = bench.built().forward(x, Context.inference());
            y.sum().backward();
            Grids.assertFinite("outputs", y);
            Grids.assertFinite("gradient", x.grad().orElseThrow());
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new SoftmaxFeatures(0)).hasMessage("count must be from 1 to 65536 features, not 0");
        assertThatThrownBy(() -> LinearAttention.of(Heads.of(6).sharing(3)))
                .hasMessage("linear attention has as many key-value heads as query heads: 6, not 3");
        assertThatThrownBy(() -> LinearAttention.EXAMPLE.chunk(0))
                .hasMessage("chunk must be from 1 to 4096 positions, not 0; 64 is a good size");
    }
}
