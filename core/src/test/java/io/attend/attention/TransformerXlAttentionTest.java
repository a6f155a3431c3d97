package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.attention.TransformerXlAttention.Start;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Place;
import io.attend.layer.Scene;
import io.attend.layer.Site;
import io.attend.state.State;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransformerXlAttentionTest {
    private static final int MEMORY = 5;

    private static final TransformerXlAttention SHORT = TransformerXlAttention.of(Heads.of(2), MEMORY);

    private static Bench<Layer> bench(TransformerXlAttention attention) {
        return Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)));
    }

    /// Softmax attention over the last of what came before and the segment, and no more.
    private static double[][] naive(TransformerXlAttention value, Bench<Layer> bench, double[][] before, double[][] x) {
        int first = Math.max(0, before.length - value.memory());
        double[][] all = new double[before.length - first + x.length][];
        System.arraycopy(before, first, all, 0, before.length - first);
        System.arraycopy(x, 0, all, before.length - first, x.length);
        SoftmaxAttention whole = SoftmaxAttention.of(value.heads())
                .masked(value.mask())
                .position(value.position())
                .bias(value.bias());
        double[][] y = AttentionFormulas.self(whole).apply(all, bench.numbers(), Scene.plain(all.length));
        return Arrays.copyOfRange(y, all.length - x.length, all.length);
    }

    @Test
    void aSegmentSeesTheLastOfWhatCameBefore() {
        Map<Place, State> states = new HashMap<>();
        for (TransformerXlAttention attention : List.of(SHORT, SHORT.window(3), SHORT.start(Start.ZEROS))) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = bench(attention)) {
                Tensor x = Grids.random(3, 1, 23, WIDTH);
                Context pass = Context.inference();
                int zeros = attention.start() == Start.ZEROS ? MEMORY : 0;
                double[][] before = new double[zeros][WIDTH];
                int at = 0;
                for (int length : new int[] {3, 1, 7, 1, 11}) {
                    Tensor segment = x.narrow(1, at, length);
                    double[][] rows = Grids.of(segment)[0];
                    double[][] expected = naive(attention, bench, before, rows);
                    for (int time = 0; time < 2; time++) { // the same pass once more changes nothing
                        Tensor y = bench.built().forward(segment, pass.remembering(states, at));
                        Grids.assertEqual("segment at " + at, y, new double[][][] {expected}, 1e-12);
                    }
                    at += length;
                    List<double[]> longer = new ArrayList<>(Arrays.asList(before));
                    longer.addAll(Arrays.asList(rows));
                    before = longer.toArray(double[][]::new);
                    assertThat(states.values().iterator().next().length()).isEqualTo(Math.min(MEMORY, zeros + at));
                }
                states.values().forEach(State::close);
                states.clear();
            }
        }
    }

    @Test
    void keysOfTheMemoryLearnAndTheMemoryItselfDoesNot() {
        Map<Place, State> states = new HashMap<>();
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = bench(SHORT)) {
            Tensor first = Grids.random(5, 2, 7, WIDTH).requiresGrad(true);
            Tensor second = Grids.random(7, 2, 3, WIDTH);
            bench.weights().forEach(weight -> weight.requiresGrad(true));
            Context pass = Context.inference();
            bench.built().forward(first, pass.remembering(states, 0));
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(second);
            FiniteDifferences.check(
                    "second segment", () -> bench.built().forward(second, pass.remembering(states, 7)), leaves);
            bench.weights().forEach(weight -> weight.requiresGrad(true));
            bench.built().forward(second, pass.remembering(states, 7)).sum().backward();
            assertThat(first.grad()).isEmpty();
        } finally {
            states.values().forEach(State::close);
        }
    }

    @Test
    void theMemoryOfALongTextStaysAsLargeAsItIs() {
        Map<Place, State> states = new HashMap<>();
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = bench(SHORT)) {
            Context pass = Context.inference();
            long bytes = 0;
            for (int at = 0; at < 60; at += 3) {
                bench.built().forward(Grids.random(at, 2, 3, WIDTH), pass.remembering(states, at));
                State state = states.values().iterator().next();
                if (at > MEMORY) {
                    assertThat(state.bytes()).isEqualTo(bytes == 0 ? state.bytes() : bytes);
                    bytes = state.bytes();
                }
            }
            assertThat(bytes).isEqualTo(2 * MEMORY * (WIDTH + 2 * WIDTH) * 8L); // vectors, keys and values
            assertThatThrownBy(() -> bench.built().forward(Grids.random(1, 2, 3, WIDTH), pass.remembering(states, 31)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the state is behind 60 positions of the text, and the pass behind 31; give it every"
                            + " segment once, in their order");
        } finally {
            states.values().forEach(State::close);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> TransformerXlAttention.of(Heads.of(2), 0))
                .hasMessage("memory must be of at least 1 position, not 0; without one use a SoftmaxAttention");
        assertThatThrownBy(() -> SHORT.window(0)).hasMessage("window must hold at least 1 key, not 0");
        assertThatThrownBy(() -> SHORT.dropout(1)).hasMessage("dropout 1.0 is outside [0, 1)");
    }
}
