package io.attend.recurrence;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Silu;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Scene;
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RecurrenceTest {
    private static final int MEMORY = 11;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Recurrence.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value()
                                        .build(parameters, Site.width(WIDTH).withMemory(MEMORY)),
                                RecurrenceFormulas.of(example.value()))
                        .causal(example.value().causal())
                        .remembering(MEMORY)
                        .tests());
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new Lstm(Direction.BOTH, Start.LAST_OF_MEMORY))
                .hasMessage("a recurrence in both directions reads, and has no memory to start from; let it start from"
                        + " zeros");
        assertThatThrownBy(() -> Lstm.BOTH_WAYS.build(Parameters.root().in("encoder.0.recurrence"), Site.width(7)))
                .hasMessage("encoder.0.recurrence: two directions need an even width, not 7");
        assertThatThrownBy(() -> Lstm.SUMMARY.build(Parameters.root().in("decoder.0.recurrence"), Site.width(7)))
                .hasMessage("decoder.0.recurrence: a start from the memory needs one, which only the decoder of an"
                        + " EncoderDecoder has; let it start from zeros");
        assertThatThrownBy(() ->
                        LuongRecurrence.EXAMPLE.build(Parameters.root().in("decoder.0.recurrence"), Site.width(7)))
                .hasMessage(
                        "decoder.0.recurrence: a recurrence with attention needs a memory, which only the decoder of an"
                                + " EncoderDecoder has; use Lstm or Gru");
        assertThatThrownBy(() -> new BahdanauRecurrence(Cell.GRU, 0, Start.ZEROS))
                .hasMessage("attention must have a size of at least 1, not 0");
    }

    /// So many states that they are computed for some channels at a time, and again in the backward pass.
    @Test
    void manyChannelsAreComputedInTurns() {
        int length = 331;
        for (Recurrence value : List.of(
                new SelectiveStateSpace(13, 67, 2, 3, new Silu(), Bias.NONE, Bias.ADDED), new RwkvTimeMixing(401))) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, Site.width(3)))) {
                Tensor x = Grids.random(1, 1, length, 3);
                double[][] expected =
                        RecurrenceFormulas.of(value).apply(Grids.of(x)[0], bench.numbers(), Scene.plain(length));
                assertThat(bench.built().cost(Load.batch(1).length(length)).again())
                        .isPositive();
                Grids.assertEqual(
                        value.toString(),
                        bench.built().forward(x, Context.inference()),
                        new double[][][] {expected},
                        1e-11);
                List<Tensor> leaves = new ArrayList<>(bench.weights());
                leaves.add(x);
                FiniteDifferences.check(value.toString(), () -> bench.built().forward(x, Context.inference()), leaves);
            }
        }
    }

    /// Keys no power of e could hold, rising, falling and alike, give what only their differences say.
    @Test
    void keysOfAnySizeStayFinite() {
        double[][] ways = {{900, 0, -900, 0, 900}, {-900, -900, -900, -900, -900}, {0, 400, 800, 1200, 1600}};
        for (double[] keys : ways) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(
                            parameters -> new RwkvTimeMixing(1).build(parameters, Site.width(2)), DType.FLOAT32)) {
                Map<String, double[]> all = Map.ofEntries(
                        Map.entry("keyMix", new double[] {1, 1}),
                        Map.entry("valueMix", new double[] {1, 1}),
                        Map.entry("receptanceMix", new double[] {1, 1}),
                        Map.entry("decay", new double[] {-3}),
                        Map.entry("first", new double[] {0.5}),
                        Map.entry("key.weight", new double[] {1, 0}),
                        Map.entry("value.weight", new double[] {0, 1}),
                        Map.entry("receptance.weight", new double[] {0, 0}),
                        Map.entry("output.weight", new double[] {2, 0}));
                bench.parameters()
                        .forEach(parameter -> parameter.fill(Tensor.of(
                                        all.get(parameter.name()),
                                        parameter.shape().toArray())
                                .to(DType.FLOAT32)
                                .requiresGrad(true)));
                double[] values = {3, -2, 5, 7, -1};
                double[] x = new double[10];
                for (int t = 0; t < 5; t++) {
                    x[2 * t] = keys[t];
                    x[2 * t + 1] = values[t];
                }
                Tensor y = bench.built().forward(Tensor.of(x, 1, 5, 2).to(DType.FLOAT32), Context.inference());
                double w = Math.exp(-3);
                for (int t = 0; t < 5; t++) {
                    double most = keys[t] + 0.5;
                    for (int i = 0; i < t; i++) {
                        most = Math.max(most, keys[i] - (t - 1 - i) * w);
                    }
                    double above = 0;
                    double below = 0;
                    for (int i = 0; i <= t; i++) {
                        double weight = Math.exp((i == t ? keys[t] + 0.5 : keys[i] - (t - 1 - i) * w) - most);
                        above += weight * values[i];
                        below += weight;
                    }
                    assertThat(y.toFloats()[2 * t])
                            .as("place %s of %s", t, Arrays.toString(keys))
                            .isCloseTo((float) (above / below), within(2e-4f));
                }
                y.sum().backward();
                bench.parameters()
                        .forEach(parameter -> parameter
                                .tensor()
                                .grad()
                                .ifPresent(gradient -> Grids.assertFinite(parameter.name(), gradient)));
            }
        }
    }

    @Test
    void refusesSizesThatCannotBe() {
        assertThatThrownBy(() -> new SelectiveStateSpace(0, 16, 1, 4, new Silu(), Bias.NONE, Bias.ADDED))
                .hasMessage("inner, state and rank must be at least 1, not 0, 16 and 1");
        assertThatThrownBy(() -> new SelectiveStateSpace(7, 16, 1, 0, new Silu(), Bias.NONE, Bias.ADDED))
                .hasMessage("kernel must be from 1 to 64 positions, not 0; 4 is the usual one");
        assertThatThrownBy(() -> new RwkvTimeMixing(0)).hasMessage("inner must be at least 1, not 0");
    }
}
