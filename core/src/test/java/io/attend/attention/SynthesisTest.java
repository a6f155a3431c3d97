package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SynthesisTest {
    private static final int WIDTH = 10;
    private static final Heads HEADS = Heads.of(2);

    static Stream<Example<Synthesis>> syntheses() {
        return Examples.of(Synthesis.class);
    }

    private static Bench<Layer> attention(Synthesis synthesis) {
        return Bench.of(parameters ->
                new Synthesizer(HEADS, synthesis, new Causal(), Bias.ADDED, 0).self(parameters, Site.width(WIDTH)));
    }

    /// Of three queries behind five, for every place there is.
    @ParameterizedTest
    @MethodSource("syntheses")
    void isItsFormula(Example<Synthesis> example) {
        int maximum = example.value().maximum();
        try (Lifetime _ = Lifetime.open();
                Bench<Synthesis.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters, WIDTH, HEADS))) {
            Tensor x = Grids.random(1, 1, 8, WIDTH);
            Tensor scores =
                    bench.built().scores(x.narrow(1, 5, 3), Context.inference().remembering(Map.of(), 5));
            assertThat(scores.shape()).isEqualTo(Shape.of(1, 2, 3, maximum));
            double[][][] expected = new double[2][3][];
            for (int head = 0; head < 2; head++) {
                for (int t = 0; t < 3; t++) {
                    expected[head][t] = UnpairedFormulas.synthesis(
                            example.value(), Grids.of(x)[0], 5 + t, head, 2, bench.numbers());
                }
            }
            Grids.assertEqual(example.name(), scores.select(0, 0), expected, 1e-12);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(example.name(), () -> bench.built().scores(x, Context.inference()), leaves);
        }
    }

    /// A text gives the same whether or not padding stands before it, if it says where its tokens stand.
    @ParameterizedTest
    @MethodSource("syntheses")
    void followsPositions(Example<Synthesis> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = attention(example.value())) {
            Tensor x = Grids.random(1, 2, 7, WIDTH);
            Tensor keep = Tensor.of(
                    new boolean[] {true, true, true, true, true, true, true, false, false, false, true, true, true, true
                    },
                    2,
                    7);
            Tensor positions = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 1, 2, 3}, 2, 7);
            Tensor y = bench.built()
                    .forward(x, Context.inference().padded(Optional.of(keep)).positioned(Optional.of(positions)));
            Tensor first = bench.built().forward(x.narrow(0, 0, 1), Context.inference());
            Tensor second = bench.built().forward(x.narrow(0, 1, 1).narrow(1, 3, 4), Context.inference());
            assertThat(Grids.difference(y.narrow(0, 0, 1), first)).isLessThan(1e-12);
            assertThat(Grids.difference(y.narrow(0, 1, 1).narrow(1, 3, 4), second))
                    .isLessThan(1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("syntheses")
    void refusesLongerTexts(Example<Synthesis> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = attention(example.value())) {
            assertThatThrownBy(() -> bench.built().forward(Grids.random(1, 1, 62, WIDTH), Context.inference()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "the text has 62 tokens, but the model has learned to look at only 61 places");
            assertThatThrownBy(() -> bench.built().cost(Load.batch(1).length(62)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
