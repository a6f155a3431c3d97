package io.attend.embedding;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableTest {
    private static final DenseTable SOURCE = new DenseTable(17);

    static Stream<Example<Table>> tables() {
        return Examples.of(Table.class);
    }

    /// A table beside that of an encoder, which it may share.
    private record Pair(Table.Built source, Table.Built table, Optional<Linear> scores) {}

    private static Bench<Pair> bench(Table value) {
        return Bench.of(parameters -> {
            Table.Built source = SOURCE.build(parameters.in("source"), WIDTH, Optional.empty());
            Table.Built table = value.build(parameters.in("table"), WIDTH, Optional.of(source));
            return new Pair(
                    source,
                    table,
                    table.bands().isEmpty()
                            ? Optional.of(table.scores(parameters.in("head"), Bias.NONE))
                            : Optional.empty());
        });
    }

    private static double[][] formula(Table value, Bench<Pair> bench) {
        return TableFormulas.of(value)
                .apply(
                        bench.numbers().in("table"),
                        WIDTH,
                        bench.numbers().in("source").matrix("weight", WIDTH));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void looksWordsUp(Example<Table> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Pair> bench = bench(example.value())) {
            double[][] expected = formula(example.value(), bench);
            Table.Built table = bench.built().table();
            assertThat(table.vocabulary()).as(example.name()).isEqualTo(expected.length);
            int last = expected.length - 1;
            Tensor vectors = table.lookup(Tensor.of(new long[] {0, last, 3, 3, 7, 0}, 2, 3));
            assertThat(vectors.shape()).isEqualTo(Shape.of(2, 3, WIDTH));
            assertThat(table.vectors()).as(example.name()).isEqualTo(WIDTH);
            double[][][] rows = {
                {expected[0], expected[last], expected[3]}, {expected[3], expected[7], expected[0]},
            };
            Grids.assertEqual(example.name(), vectors, rows, 1e-14);
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void scoresWordsByTheSameVectors(Example<Table> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Pair> bench = bench(example.value())) {
            double[][] words = formula(example.value(), bench);
            Table.Built table = bench.built().table();
            if (bench.built().scores().isEmpty()) {
                assertThat(table.bands())
                        .as("%s: what an adaptive head scores by", example)
                        .hasSizeGreaterThan(1);
                return;
            }
            Linear scores = bench.built().scores().get();
            Tensor x = Grids.random(5, 2, 3, WIDTH);
            double[][][] actual = Grids.of(scores.forward(table.narrow(x)));
            double[][][] vectors = Grids.of(x);
            for (int v = 0; v < words.length; v++) {
                double product = 0;
                for (int e = 0; e < WIDTH; e++) {
                    product += words[v][e] * vectors[1][2][e];
                }
                assertThat(actual[1][2][v]).as("%s: word %s", example, v).isCloseTo(product, within(1e-12));
            }
            assertThat(actual[1][2]).hasSize(words.length);
            assertThat(scores.flops(6))
                    .as("%s: operations for 6 rows", example)
                    .isEqualTo(2.0 * 6 * table.width() * words.length);
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void hasTheGradientOfBothUses(Example<Table> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Pair> bench = bench(example.value())) {
            Tensor ids = Tensor.of(new long[] {1, 5, 4, 4, 7, 1}, 2, 3); // no padding: that is its own test
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            Table.Built table = bench.built().table();
            FiniteDifferences.check(
                    example.name(),
                    () -> bench.built()
                            .scores()
                            .map(scores -> scores.forward(table.narrow(table.lookup(ids))))
                            .orElseGet(() -> table.lookup(ids)),
                    leaves);
        }
    }

    /// The row of padding learns nothing from being read, and what the others learn is as without.
    @Test
    void noGradientReachesThePaddingRow() {
        Tensor[] gradients = new Tensor[2];
        try (Lifetime _ = Lifetime.open()) {
            int at = 0;
            for (DenseTable value : List.of(DenseTable.WITH_PADDING, DenseTable.EXAMPLE)) {
                try (Bench<Table.Built> bench =
                        Bench.of(parameters -> value.build(parameters, WIDTH, Optional.empty()))) {
                    Tensor weight = bench.weights().getFirst().requiresGrad(true);
                    Tensor x = bench.built().lookup(Tensor.of(new long[] {3, 5, 3, 0}, 1, 4));
                    x.mul(Grids.random(7, 1, 4, WIDTH)).sum().backward();
                    gradients[at++] = weight.grad().orElseThrow().clone();
                }
            }
            assertThat(gradients[0].select(0, 3).toDoubles()).containsOnly(0);
            assertThat(gradients[1].select(0, 3).toDoubles()).doesNotContain(0);
            for (int row : new int[] {0, 5, 7}) {
                assertThat(Grids.difference(gradients[0].select(0, row), gradients[1].select(0, row)))
                        .isZero();
            }
        }
    }

    @Test
    void refusesAWordOutsideTheBands() {
        try (Lifetime _ = Lifetime.open();
                Bench<Table.Built> bench = Bench.of(
                        parameters -> AdaptiveTable.EXAMPLE.build(parameters.in("token"), WIDTH, Optional.empty()))) {
            assertThatThrownBy(() -> bench.built().lookup(Tensor.of(new long[] {0, 31}, 1, 2)))
                    .hasMessage(
                            "token: there is no token 31, only 0 to 30; use the tokenizer the model was trained with");
        }
    }

    /// The paper's figure for 100,000 words, a width of 768 and 128: 17% of the numbers.
    @Test
    void aFactorisedTableIsSmall() {
        Parameters recorded = Parameters.root();
        FactorisedTable.of(100_000).size(128).build(recorded, 768, Optional.empty());
        long numbers = recorded.all().stream().mapToLong(p -> p.shape().count()).sum();
        assertThat(numbers).isEqualTo(128L * (100_000 + 768));
        assertThat(1 - numbers / (100_000.0 * 768)).isCloseTo(0.83, within(0.005));
    }
}
