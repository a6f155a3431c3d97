package io.attend.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.checkpoint.TensorFile;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Numbers;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Positions, and the formulas the other tests hold them to, against numbers computed elsewhere: see
/// golden/README.md.
class PositionPrimitivesTest {
    private static final double TOLERANCE = 1e-6;

    private final Lifetime lifetime = Lifetime.open();
    private final Map<String, Tensor> given =
            TensorFile.read(Path.of("src", "test", "resources", "golden", "positions.safetensors"));

    @AfterEach
    void close() {
        lifetime.close();
    }

    private Tensor given(String name) {
        return Objects.requireNonNull(given.get(name), name);
    }

    @ParameterizedTest
    @CsvSource({
        "paper2017, INTERLEAVED, OPEN",
        "marian, HALVES, OPEN",
        "whisper, HALVES, CLOSED",
        "fairseq, HALVES, CLOSED"
    })
    void sinusoids(String theirs, SinusoidalPosition.Order order, SinusoidalPosition.Spacing spacing) {
        Tensor expected = given("sinusoid." + theirs); // [16, 12]
        SinusoidalPosition value = new SinusoidalPosition(order).spacing(spacing);
        try (Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, 12))) {
            Tensor y = bench.built().forward(Tensor.zeros(Shape.of(1, 16, 12), DType.FLOAT32), Context.inference());
            assertThat(Grids.difference(y.select(0, 0), expected)).as(theirs).isLessThan(2e-7);
        }
        double[] formula = IntStream.range(0, 16)
                .boxed()
                .flatMapToDouble(t -> java.util.Arrays.stream(
                        AbsolutePositionFormulas.of(value).apply(new double[12], t, Numbers.of(Map.of()))))
                .toArray();
        assertThat(Grids.difference(Tensor.of(formula, 16, 12), expected))
                .as("formula of %s", theirs)
                .isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"4", "6", "8", "12"})
    void alibi(int heads) {
        for (String theirs : List.of("bloom", "mpt")) {
            double[] expected = given("alibi.slopes." + theirs + "." + heads).toDoubles();
            assertThat(new Alibi().slopes(heads))
                    .as(theirs)
                    .containsExactly(expected, org.assertj.core.api.Assertions.within(TOLERANCE));
        }
        RelativePosition.Built built =
                new Alibi().build(io.attend.layer.Parameters.root(), new HeadShape(heads, heads, 8));
        Tensor x = Tensor.zeros(Shape.of(1, heads, 5, 8), DType.FLOAT32);
        Tensor bias = built.bias(x, x, Context.inference()).orElseThrow(); // [1, H, 1, 5]
        assertThat(Grids.difference(bias.reshape(heads, 5), given("alibi.bias.mpt." + heads)))
                .isLessThan(TOLERANCE);
    }

    /// BLOOM counts positions from the first token that is no padding; scores differ by a constant a row.
    @Test
    void alibiOfBloomBehindPadding() {
        RelativePosition.Built built = new Alibi().build(io.attend.layer.Parameters.root(), new HeadShape(4, 4, 8));
        Tensor x = Tensor.zeros(Shape.of(2, 4, 5, 8), DType.FLOAT32);
        Tensor positions = Tensor.of(new long[] {0, 0, 0, 1, 2, 0, 1, 2, 3, 4}, 2, 5);
        Tensor bias = built.bias(x, x, Context.inference().positioned(Optional.of(positions)))
                .orElseThrow()
                .squeeze(2); // [2, 4, 5]
        Tensor expected = given("alibi.bloom.bias4");
        Tensor last = expected.narrow(-1, 4, 1);
        assertThat(Grids.difference(bias, expected.sub(last))).isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({
        "bidirectional.32.128, BIDIRECTIONAL, 32, 128",
        "bidirectional.8.20, BIDIRECTIONAL, 8, 20",
        "causal.32.128, CAUSAL, 32, 128",
        "causal.8.20, CAUSAL, 8, 20"
    })
    void buckets(String theirs, BucketedBias.Direction direction, int buckets, int furthest) {
        BucketedBias value = new BucketedBias(buckets, direction, furthest);
        long[] expected = given("t5_bucket." + theirs).toLongs();
        for (int i = 0; i < expected.length; i++) {
            assertThat(value.bucket(i % 40 - i / 40))
                    .as("%s: bucket of key %s for query %s", theirs, i % 40, i / 40)
                    .isEqualTo((int) expected[i]);
        }
    }

    @Test
    void rotations() {
        assertTurned("half", Rotary.of(Rotary.Pairs.HALVES), given("rope.half.q"), given("rope.half.q_out"));
        assertTurned("half", Rotary.of(Rotary.Pairs.HALVES), given("rope.half.k"), given("rope.half.k_out"));
        assertTurned(
                "interleaved",
                Rotary.of(Rotary.Pairs.INTERLEAVED),
                given("rope.interleaved.q").transpose(1, 2),
                given("rope.interleaved.q_out").transpose(1, 2));
    }

    private void assertTurned(String name, Rotary value, Tensor x, Tensor expected) {
        RelativePosition.Built built = value.build(io.attend.layer.Parameters.root(), new HeadShape(3, 3, 8));
        Context context = Context.inference().positioned(Optional.of(given("rope." + name + ".position_ids")));
        assertThat(Grids.difference(built.queries(x, context), expected))
                .as(name)
                .isLessThan(TOLERANCE);
        assertThat(Grids.difference(built.keys(x, context), expected)).as(name).isLessThan(TOLERANCE);
    }

    @Test
    void scalings() {
        assertScaled("default", new NoScaling(), 24);
        assertScaled("linear", new LinearScaling(2), 24);
        assertScaled("dynamic_24", new DynamicScaling(16, 2), 24);
        assertScaled("dynamic_12", new DynamicScaling(16, 2), 12);
        assertScaled("yarn", new YarnScaling(4, 64), 24);
        assertScaled("llama3", new Llama3Scaling(8, 16), 24);
        List<Double> within = IntStream.range(0, 8).mapToObj(i -> 1 + 0.1 * i).toList();
        List<Double> beyond = IntStream.range(0, 8).mapToObj(i -> 1.5 + 0.2 * i).toList();
        assertScaled("longrope", new LongRopeScaling(4, 64, within, beyond, OptionalDouble.empty()), 65);
    }

    private void assertScaled(String theirs, RotaryScaling scaling, int length) {
        double[] expected = given("rope.inv_freq." + theirs).toDoubles();
        double[] ours = scaling.frequencies(new RotaryScaling.Band(10_000, 16), length);
        for (int i = 0; i < expected.length; i++) {
            double near = 1e-6 * expected[i]; // float32 against float64
            assertThat(ours[i])
                    .as("%s, wave %s", theirs, i)
                    .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(near));
            assertThat(RotaryScalingFormulas.of(scaling).frequency(i, 16, 10_000, length))
                    .as("formula of %s, wave %s", theirs, i)
                    .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(near));
        }
        assertThat(scaling.magnitude())
                .isCloseTo(
                        given("rope.attention_factor." + theirs).item(),
                        org.assertj.core.api.Assertions.within(TOLERANCE));
    }
}
