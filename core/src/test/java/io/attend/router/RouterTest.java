package io.attend.router;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Scene;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Where every router sends the positions of padded sequences, against plain loops; what becomes of them
/// there is `FeedForwardTest`'s.
class RouterTest {
    private static final int EXPERTS = 3;
    private static final int LENGTH = 11;
    private static final int[] LENGTHS = {11, 5};

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Router.class)
                .map(example -> dynamicTest(example.name() + " is its formula", () -> isItsFormula(example.value())));
    }

    private static void isItsFormula(Router router) {
        try (Lifetime _ = Lifetime.open();
                Bench<Router.Built> bench = Bench.of(parameters -> router.build(parameters, WIDTH, EXPERTS))) {
            Tensor x = Grids.random(3, 2, LENGTH, WIDTH);
            Tensor words =
                    Tensor.of(IntStream.of(RouterFormulas.WORDS).asLongStream().toArray(), 1, LENGTH);
            Context context = Context.inference()
                    .padded(Optional.of(Grids.keep(LENGTH, LENGTHS)))
                    .worded(Optional.of(Tensor.cat(0, words, words)));
            Router.Routes routes = bench.built().route(x, context);
            long[] experts = routes.experts().toLongs();
            double[] weights = routes.weights().toDoubles();
            double[] passed = routes.passed().map(Tensor::toDoubles).orElse(new double[2 * LENGTH]);
            assertThat(experts).hasSize(2 * LENGTH * router.choices());
            for (int b = 0; b < 2; b++) {
                Scene scene = new Scene(
                        Scene.first(LENGTHS[b], LENGTH), new double[0][], new boolean[0], RouterFormulas.WORDS);
                RouterFormulas.Places expected =
                        RouterFormulas.of(router).apply(Grids.of(x)[b], bench.numbers(), scene, EXPERTS);
                for (int t = 0; t < LENGTH; t++) {
                    int at = b * LENGTH + t;
                    for (int j = 0; j < router.choices(); j++) {
                        assertThat(experts[at * router.choices() + j])
                                .as("%s: expert of position %s of row %s", router, t, b)
                                .isEqualTo(expected.experts()[t][j]);
                        if (t < LENGTHS[b]) {
                            assertThat(weights[at * router.choices() + j])
                                    .as("%s: weight of position %s of row %s", router, t, b)
                                    .isCloseTo(expected.weights()[t][j], within(1e-12));
                        }
                    }
                    if (t < LENGTHS[b]) {
                        assertThat(passed[at]).as("%s: passed", router).isCloseTo(expected.passed()[t], within(1e-12));
                    }
                }
            }
            for (Routing routing : context.reports(Routing.class)) {
                assertThat(routing.placed().toLongs())
                        .as("%s reports where it went", router)
                        .isEqualTo(experts);
            }
        }
    }
}
