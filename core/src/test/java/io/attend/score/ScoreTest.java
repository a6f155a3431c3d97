package io.attend.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScoreTest {
    private static final int HEADS = 3;
    private static final int QUERIES = 5;
    private static final int KEYS = 11;
    private static final int SIZE = 7;

    static Stream<Example<Score>> scores() {
        return Examples.of(Score.class);
    }

    @ParameterizedTest
    @MethodSource("scores")
    void isItsFormula(Example<Score> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, SIZE))) {
            Tensor queries = Grids.random(1, 2, HEADS, QUERIES, SIZE);
            Tensor keys = Grids.random(2, 2, HEADS, KEYS, SIZE);
            Tensor scores = bench.built().scores(queries, keys);
            assertThat(scores.shape()).as(example.name()).isEqualTo(Shape.of(2, HEADS, QUERIES, KEYS));
            double[][][] q = Grids.of(queries.flatten(0, 1));
            double[][][] k = Grids.of(keys.flatten(0, 1));
            double[][][] actual = Grids.of(scores.flatten(0, 1));
            for (int row = 0; row < actual.length; row++) {
                for (int t = 0; t < QUERIES; t++) {
                    for (int s = 0; s < KEYS; s++) {
                        double expected =
                                ScoreFormulas.of(example.value()).apply(q[row][t], k[row][s], bench.numbers());
                        assertThat(actual[row][t][s])
                                .as("%s of query %s and key %s", example, t, s)
                                .isCloseTo(expected, within(1e-12));
                    }
                }
            }
        }
    }

    /// A score that names a scale promises the fused kernel that it is nothing but that scale times the product.
    @ParameterizedTest
    @MethodSource("scores")
    void isWhatItsScalePromises(Example<Score> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, SIZE))) {
            Tensor queries = Grids.random(1, 2, HEADS, QUERIES, SIZE);
            Tensor keys = Grids.random(2, 2, HEADS, KEYS, SIZE);
            bench.built()
                    .scale()
                    .ifPresent(scale -> assertThat(Grids.difference(
                                    bench.built().scores(queries, keys),
                                    queries.matmul(keys.transpose(2, 3)).mul(scale)))
                            .as(example.name())
                            .isLessThan(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("scores")
    void hasTheGradientOfItsFormula(Example<Score> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, SIZE))) {
            Tensor queries = Grids.random(1, 2, HEADS, QUERIES, SIZE);
            Tensor keys = Grids.random(2, 2, HEADS, KEYS, SIZE);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(queries);
            leaves.add(keys);
            FiniteDifferences.check(example.name(), () -> bench.built().scores(queries, keys), leaves);
        }
    }
}
