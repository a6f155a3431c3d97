package io.attend.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RelativePositionTest {
    private static final HeadShape HEADS = new HeadShape(6, 3, 4);
    private static final int BATCH = 2;
    private static final int CACHED = 5;
    private static final int QUERIES = 3;

    static Stream<Example<RelativePosition>> positions() {
        return Examples.of(RelativePosition.class);
    }

    /// Queries and keys of three tokens behind five cached ones, and the bias between them and all eight.
    @ParameterizedTest
    @MethodSource("positions")
    void isItsFormula(Example<RelativePosition> example) {
        RelativePositionFormulas.Formula formula = RelativePositionFormulas.of(example.value());
        int keys = CACHED + QUERIES;
        try (Lifetime _ = Lifetime.open();
                Bench<RelativePosition.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, HEADS))) {
            Context context = Context.inference().remembering(Map.of(), CACHED);
            Tensor queries = Grids.random(1, BATCH, HEADS.heads(), QUERIES, HEADS.size());
            Tensor newKeys = Grids.random(2, BATCH, HEADS.keyValueHeads(), QUERIES, HEADS.size());
            Tensor allKeys = Grids.random(3, BATCH, HEADS.keyValueHeads(), keys, HEADS.size());
            double[][][] q = Grids.of(queries.flatten(0, 1));
            double[][][] k = Grids.of(newKeys.flatten(0, 1));
            double[][][] turned =
                    Grids.of(bench.built().queries(queries, context).flatten(0, 1));
            double[][][] turnedKeys =
                    Grids.of(bench.built().keys(newKeys, context).flatten(0, 1));
            for (int t = 0; t < QUERIES; t++) {
                for (int row = 0; row < q.length; row++) {
                    assertThat(turned[row][t])
                            .as("%s: query at %s", example, CACHED + t)
                            .containsExactly(formula.query(q[row][t], CACHED + t, bench.numbers()), within(1e-6));
                }
                for (int row = 0; row < k.length; row++) {
                    assertThat(turnedKeys[row][t])
                            .as("%s: key at %s", example, CACHED + t)
                            .containsExactly(formula.key(k[row][t], CACHED + t, bench.numbers()), within(1e-6));
                }
            }
            Optional<Tensor> bias = bench.built().bias(queries, allKeys, context);
            double[][][] added = Grids.of(bias.orElse(Tensor.of(new double[] {0}))
                    .expand(BATCH, HEADS.heads(), QUERIES, keys)
                    .contiguous()
                    .flatten(0, 1));
            for (int row = 0; row < added.length; row++) {
                for (int t = 0; t < QUERIES; t++) {
                    for (int s = 0; s < keys; s++) {
                        assertThat(added[row][t][s])
                                .as("%s: bias of query %s on key %s", example, CACHED + t, s)
                                .isCloseTo(
                                        formula.bias(row % HEADS.heads(), CACHED + t, s, bench.numbers()),
                                        within(1e-6));
                    }
                }
            }
        }
    }
}
