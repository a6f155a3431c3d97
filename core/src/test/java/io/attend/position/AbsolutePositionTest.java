package io.attend.position;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.ArchitectureException;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AbsolutePositionTest {
    /// Waves are computed in float32: the angle of position 6 is exact to 6 times half a unit in its last place.
    private static final double WAVES = 1e-6;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(AbsolutePosition.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                (x, numbers, _) -> {
                                    double[][] y = new double[x.length][];
                                    for (int t = 0; t < x.length; t++) {
                                        y[t] = AbsolutePositionFormulas.of(example.value())
                                                .apply(x[t], t, numbers);
                                    }
                                    return y;
                                })
                        .within(WAVES)
                        .tests());
    }

    @Test
    void learnedPositionsEndWhereTheyEnd() {
        int maximum = LearnedPosition.EXAMPLE.maximum();
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench =
                        Bench.of(parameters -> LearnedPosition.EXAMPLE.build(parameters.in("position"), WIDTH))) {
            bench.built().forward(Grids.random(1, 2, maximum, WIDTH), Context.inference());
            bench.built()
                    .forward(Grids.random(1, 2, 1, WIDTH), Context.inference().remembering(Map.of(), maximum - 1));
            Tensor long1 = Grids.random(1, 2, maximum + 1, WIDTH);
            String message =
                    "position: the text has 62 tokens, but the model has learned only 61 positions; shorten the"
                            + " text or train a model with a larger maximum";
            assertThatThrownBy(() -> bench.built().forward(long1, Context.inference()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> bench.built()
                            .forward(
                                    Grids.random(1, 2, 1, WIDTH),
                                    Context.inference().remembering(Map.of(), maximum)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> bench.built().cost(Load.batch(1).length(62)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void wavesWantAnEvenWidth() {
        assertThatThrownBy(() -> SinusoidalPosition.EXAMPLE.build(
                        Parameters.root().in("embedding").in("position"), 7))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("embedding.position: sinusoidal positions need an even width, not 7; use 8");
    }
}
