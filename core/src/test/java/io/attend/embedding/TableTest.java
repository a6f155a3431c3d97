package io.attend.embedding;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Linear;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableTest {
    private static final DenseTable SOURCE = new DenseTable(17);

    static Stream<Example<Table>> tables() {
        return Examples.of(Table.class);
    }

    /// A table beside that of an encoder, which it may share.
    private record Pair(Table.Built source, Table.Built table, Linear scores) {}

    private static Bench<Pair> bench(Table value) {
        return Bench.of(parameters -> {
            Table.Built source = SOURCE.build(parameters.in("source"), WIDTH, Optional.empty());
            Table.Built table = value.build(parameters.in("table"), WIDTH, Optional.of(source));
            return new Pair(source, table, table.scores(parameters.in("head"), Bias.NONE));
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
            assertThat(vectors.toDoubles())
                    .as(example.name())
                    .containsExactly(Stream.of(0, last, 3, 3, 7, 0)
                            .flatMapToDouble(id -> java.util.Arrays.stream(expected[id]))
                            .toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void scoresWordsByTheSameVectors(Example<Table> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Pair> bench = bench(example.value())) {
            double[][] words = formula(example.value(), bench);
            Tensor x = Grids.random(5, 2, 3, WIDTH);
            double[][][] actual = Grids.of(bench.built().scores().forward(x));
            double[][][] vectors = Grids.of(x);
            for (int v = 0; v < words.length; v++) {
                double product = 0;
                for (int e = 0; e < WIDTH; e++) {
                    product += words[v][e] * vectors[1][2][e];
                }
                assertThat(actual[1][2][v]).as("%s: word %s", example, v).isCloseTo(product, within(1e-12));
            }
            assertThat(actual[1][2]).hasSize(words.length);
            assertThat(bench.built().scores().flops(6))
                    .as("%s: operations for 6 rows", example)
                    .isEqualTo(2.0 * 6 * WIDTH * words.length);
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void hasTheGradientOfBothUses(Example<Table> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Pair> bench = bench(example.value())) {
            Tensor ids = Tensor.of(new long[] {0, 5, 3, 3, 7, 0}, 2, 3);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            Table.Built table = bench.built().table();
            FiniteDifferences.check(example.name(), () -> bench.built().scores().forward(table.lookup(ids)), leaves);
        }
    }
}
