package io.attend.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScoreTest {
    private static final int HEADS = 6;
    private static final int QUERIES = 5;
    private static final int KEYS = 11;
    private static final int SIZE = 7;

    static Stream<Example<Score>> scores() {
        return Examples.of(Score.class);
    }

    private static Bench<Score.Built> bench(Example<Score> example) {
        return Bench.of(parameters -> example.value().build(parameters, new Score.Sizes(HEADS, SIZE)));
    }

    private static Tensor scores(Score.Built score, Tensor queries, Tensor keys) {
        return score.scores(score.queries(queries), score.keys(keys));
    }

    @ParameterizedTest
    @MethodSource("scores")
    void isItsFormula(Example<Score> example) {
        for (int shared : new int[] {6, 3, 1}) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Score.Built> bench = bench(example)) {
                Tensor queries = Grids.random(1, 1, HEADS, QUERIES, SIZE);
                Tensor keys = Grids.random(2, 1, shared, KEYS, SIZE);
                Tensor scores = scores(bench.built(), queries, keys);
                assertThat(scores.shape()).as(example.name()).isEqualTo(Shape.of(1, HEADS, QUERIES, KEYS));
                double[][][] q = Grids.of(queries.select(0, 0));
                double[][][] k = Grids.of(keys.select(0, 0));
                double[][][] actual = Grids.of(scores.select(0, 0));
                double[][][] weighed = Grids.of(bench.built().weights(scores).select(0, 0));
                ScoreFormulas.Formula formula = ScoreFormulas.of(example.value());
                for (int t = 0; t < QUERIES; t++) {
                    for (int s = 0; s < KEYS; s++) {
                        double[][] query = new double[HEADS][];
                        double[][] key = new double[HEADS][];
                        double[] score = new double[HEADS];
                        for (int head = 0; head < HEADS; head++) {
                            query[head] = q[head][t];
                            key[head] = k[head / (HEADS / shared)][s];
                            score[head] = actual[head][t][s];
                        }
                        double[] expected = formula.apply(query, key, bench.numbers());
                        double[] expectedWeights = formula.weights(score, bench.numbers());
                        for (int head = 0; head < HEADS; head++) {
                            assertThat(score[head])
                                    .as("%s of head %s, query %s and key %s", example, head, t, s)
                                    .isCloseTo(expected[head], within(1e-12));
                            assertThat(weighed[head][t][s])
                                    .as("%s: weight of head %s, query %s and key %s", example, head, t, s)
                                    .isCloseTo(expectedWeights[head], within(1e-12));
                        }
                    }
                }
            }
        }
    }

    /// Swin v2's code: what a cosine is multiplied with never learns to be above 100.
    @Test
    void cosinesAreMultipliedByAHundredAtMost() {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench = Bench.of(
                        parameters -> new CosineSimilarity().build(parameters, new Score.Sizes(HEADS, SIZE)))) {
            bench.weights().getFirst().mul_(0).add_(5); // e⁵ = 148.4
            Tensor x = Grids.random(1, 1, HEADS, 1, SIZE);
            assertThat(scores(bench.built(), x, x).toDoubles()) // of a vector and itself
                    .containsExactly(new double[] {100, 100, 100, 100, 100, 100}, within(1e-10));
        }
    }

    /// A score that names a scale promises the fused kernel that it is nothing but that scale times the
    /// product.
    @ParameterizedTest
    @MethodSource("scores")
    void isWhatItsScalePromises(Example<Score> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench = bench(example)) {
            Tensor queries = Grids.random(1, 2, HEADS, QUERIES, SIZE);
            Tensor keys = Grids.random(2, 2, HEADS, KEYS, SIZE);
            bench.built()
                    .scale()
                    .ifPresent(scale -> assertThat(Grids.difference(
                                    scores(bench.built(), queries, keys),
                                    bench.built()
                                            .queries(queries)
                                            .matmul(bench.built().keys(keys).transpose(2, 3))
                                            .mul(scale)))
                            .as(example.name())
                            .isLessThan(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("scores")
    void hasTheGradientOfItsFormula(Example<Score> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Score.Built> bench = bench(example)) {
            Tensor queries = Grids.random(1, 2, HEADS, QUERIES, SIZE);
            Tensor keys = Grids.random(2, 2, HEADS, KEYS, SIZE);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(queries);
            leaves.add(keys);
            FiniteDifferences.check(
                    example.name(), () -> bench.built().weights(scores(bench.built(), queries, keys)), leaves);
        }
    }

    /// Halves are widened before they are multiplied, so only what prepares them could overflow.
    @ParameterizedTest
    @MethodSource("scores")
    void staysFiniteOnLargeHalves(Example<Score> example) {
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Score.Built> bench = Bench.of(
                            parameters -> example.value().build(parameters, new Score.Sizes(HEADS, SIZE)), dtype)) {
                Tensor queries = bench.built()
                        .queries(Grids.random(1, 2, HEADS, QUERIES, SIZE)
                                .mul(3000)
                                .to(dtype));
                Tensor keys = bench.built()
                        .keys(Grids.random(2, 2, HEADS, KEYS, SIZE).mul(3000).to(dtype));
                Tensor scores = bench.built().scores(queries.to(DType.FLOAT32), keys.to(DType.FLOAT32));
                Grids.assertFinite(example + " of " + dtype, scores);
            }
        }
    }

    @Test
    void refusesNumbersThatMakeNoScore() {
        assertThatThrownBy(() -> new SoftCap(new DotProduct(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cap must be a number above 0, not 0.0");
        assertThatThrownBy(() -> new SoftCap(new DotProduct(), Double.NaN)).hasMessageContaining("not NaN");
        assertThatThrownBy(() -> new FixedScaleDotProduct(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale must be a number above 0, not -1.0");
        assertThatThrownBy(() -> new FixedScaleDotProduct(Double.POSITIVE_INFINITY))
                .hasMessageContaining("not Infinity");
        assertThatThrownBy(() -> Additive.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hidden must be at least 1, not 0");
    }
}
