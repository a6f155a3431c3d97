package io.attend.position;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.attention.AttentionFormulas;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.layer.ArchitectureException;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.state.State;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RelativePositionTest {
    private static final HeadShape HEADS = new HeadShape(6, 3, 4);
    private static final int BATCH = 2;
    private static final int CACHED = 5;
    private static final int QUERIES = 3;

    /// Waves are computed in float32: an angle is exact to its last place.
    private static final double WAVES = 3e-6;

    private static final SoftmaxAttention ATTENTION = SoftmaxAttention.of(
            Heads.of(HEADS.heads()).sharing(HEADS.keyValueHeads()).size(HEADS.size()));

    static Stream<Example<RelativePosition>> positions() {
        return Examples.of(RelativePosition.class);
    }

    /// Inside an attention that sees behind it, and one that sees everything.
    @TestFactory
    Stream<DynamicTest> contract() {
        return positions()
                .flatMap(example -> Stream.of(new Causal(), new Bidirectional())
                        .map(mask -> ATTENTION.position(example.value()).masked(mask))
                        .flatMap(attention -> LayerContract.of(
                                        example.name() + (attention.causal() ? ", causal," : ""),
                                        parameters -> attention.self(parameters, Site.width(WIDTH)),
                                        AttentionFormulas.self(attention))
                                .causal(attention.causal())
                                .within(WAVES)
                                .tests()));
    }

    /// Queries, keys and values of three tokens behind five cached ones, and the bias between them and all
    /// eight.
    @ParameterizedTest
    @MethodSource("positions")
    void isItsFormula(Example<RelativePosition> example) {
        RelativePositionFormulas.Formula formula = RelativePositionFormulas.of(example.value());
        int keys = CACHED + QUERIES;
        try (Lifetime _ = Lifetime.open();
                Bench<RelativePosition.Built> bench =
                        Bench.of(parameters -> example.value().build(parameters.in("position"), HEADS))) {
            Context context = Context.inference().remembering(Map.of(), CACHED);
            var numbers = bench.numbers().in("position");
            Tensor queries = Grids.random(1, BATCH, HEADS.heads(), QUERIES, HEADS.size());
            Tensor newKeys = Grids.random(2, BATCH, HEADS.keyValueHeads(), QUERIES, HEADS.size());
            Tensor allKeys = Grids.random(3, BATCH, HEADS.keyValueHeads(), keys, HEADS.size());
            assertTurned(
                    example + ": query",
                    queries,
                    bench.built().queries(queries, context),
                    (x, p) -> formula.query(x, p, numbers));
            assertTurned(
                    example + ": key",
                    newKeys,
                    bench.built().keys(newKeys, context),
                    (x, p) -> formula.key(x, p, numbers));
            assertTurned(
                    example + ": value",
                    newKeys,
                    bench.built().values(newKeys, context),
                    (x, p) -> formula.value(x, p, numbers));
            double[][][] q = Grids.of(queries.flatten(0, 1));
            double[][][] k = Grids.of(allKeys.flatten(0, 1));
            Optional<Tensor> bias = bench.built().bias(queries, allKeys, context);
            double[][][] added = Grids.of(bias.orElse(Tensor.of(new double[] {0}))
                    .expand(BATCH, HEADS.heads(), QUERIES, keys)
                    .contiguous()
                    .flatten(0, 1));
            int shared = HEADS.heads() / HEADS.keyValueHeads();
            for (int row = 0; row < added.length; row++) {
                for (int t = 0; t < QUERIES; t++) {
                    double[] expected = new double[keys];
                    for (int s = 0; s < keys; s++) {
                        var pair = new RelativePositionFormulas.Pair(
                                row % HEADS.heads(), HEADS.heads(), q[row][t], k[row / shared][s], CACHED + t, s);
                        expected[s] = formula.bias(pair, numbers);
                    }
                    assertThat(weights(added[row][t]))
                            .as("%s: what the bias of query %s makes of equal scores", example, CACHED + t)
                            .containsExactly(weights(expected), within(1e-6));
                }
            }
        }
    }

    private interface Turning {
        double[] of(double[] x, int position);
    }

    private static void assertTurned(String what, Tensor x, Tensor turned, Turning formula) {
        double[][][] before = Grids.of(x.flatten(0, 1));
        double[][][] after = Grids.of(turned.flatten(0, 1));
        for (int row = 0; row < before.length; row++) {
            for (int t = 0; t < QUERIES; t++) {
                assertThat(after[row][t])
                        .as("%s at %s", what, CACHED + t)
                        .containsExactly(formula.of(before[row][t], CACHED + t), within(1e-6));
            }
        }
    }

    /// Softmax does not see what is added to all scores of a query.
    private static double[] weights(double[] scores) {
        double sum = Arrays.stream(scores).map(Math::exp).sum();
        return Arrays.stream(scores).map(score -> Math.exp(score) / sum).toArray();
    }

    /// A text behind padding, whose tokens then stand at given positions, reads like the same text alone; at
    /// once and token by token.
    @ParameterizedTest
    @MethodSource("positions")
    void doesNotSeePaddingInFront(Example<RelativePosition> example) {
        int length = 11;
        int[] padding = {0, 4};
        SoftmaxAttention attention = ATTENTION.position(example.value()).masked(new Causal());
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(5, padding.length, length, WIDTH);
            boolean[] keep = new boolean[padding.length * length];
            long[] positions = new long[keep.length];
            for (int i = 0; i < keep.length; i++) {
                keep[i] = i % length >= padding[i / length];
                positions[i] = Math.max(0, i % length - padding[i / length]);
            }
            Tensor kept = Tensor.of(keep, padding.length, length);
            Tensor places = Tensor.of(positions, padding.length, length);
            Map<Place, State> states = new HashMap<>();
            Place place = new Place("here");
            for (int from : new int[] {0, 6, 7}) { // 6 tokens, 1, and the rest
                int to = from == 0 ? 6 : from == 6 ? 7 : length;
                Tensor y = bench.built()
                        .forward(
                                x.narrow(1, from, to - from),
                                Context.inference()
                                        .remembering(states, from)
                                        .at(place)
                                        .padded(Optional.of(kept.narrow(1, 0, to)))
                                        .positioned(Optional.of(places.narrow(1, 0, to))));
                for (int row = 0; row < padding.length; row++) {
                    int real = padding[row];
                    Tensor alone = bench.built()
                            .forward(x.narrow(0, row, 1).narrow(1, real, length - real), Context.inference());
                    int skipped = Math.max(0, real - from);
                    Tensor expected = alone.narrow(1, from + skipped - real, to - from - skipped);
                    assertThat(Grids.difference(y.narrow(0, row, 1).narrow(1, skipped, to - from - skipped), expected))
                            .as("%s: tokens %s to %s behind %s of padding", example, from, to, real)
                            .isLessThan(1e-11);
                }
            }
            states.values().forEach(State::close);
        }
    }

    /// Several texts in one row, each with positions of its own.
    @ParameterizedTest
    @MethodSource("positions")
    void takesThePositionsItIsGiven(Example<RelativePosition> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters ->
                        ATTENTION.position(example.value()).masked(new Causal()).self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(5, 1, 7, WIDTH);
            Tensor counted = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6}, 1, 7);
            Tensor plain = bench.built().forward(x, Context.inference());
            Tensor given = bench.built().forward(x, Context.inference().positioned(Optional.of(counted)));
            assertThat(Grids.difference(plain, given)).as(example.name()).isLessThan(1e-11);
        }
    }

    /// What is computed of positions is float32 at least: far out in a text, bfloat16 cannot count.
    @ParameterizedTest
    @MethodSource("positions")
    void isExactInHalfPrecisionFarOut(Example<RelativePosition> example) {
        int far = 1021;
        try (Lifetime _ = Lifetime.open();
                Bench<RelativePosition.Built> exact =
                        Bench.of(parameters -> example.value().build(parameters, HEADS));
                Bench<RelativePosition.Built> half =
                        Bench.of(parameters -> example.value().build(parameters, HEADS), DType.BFLOAT16)) {
            Context context = Context.inference().remembering(Map.of(), far);
            Tensor queries = Grids.random(1, BATCH, HEADS.heads(), 2, HEADS.size());
            Tensor keys = Grids.random(2, BATCH, HEADS.keyValueHeads(), far + 2, HEADS.size());
            Tensor low = queries.to(DType.BFLOAT16);
            Tensor turned = half.built().queries(low, context);
            assertThat(turned.dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(Grids.difference(turned, exact.built().queries(queries, context)))
                    .as(example.name())
                    .isLessThan(0.02);
            Optional<Tensor> bias = half.built().bias(low, keys.to(DType.BFLOAT16), context);
            Optional<Tensor> expected = exact.built().bias(queries, keys, context);
            assertThat(bias.isPresent()).isEqualTo(expected.isPresent());
            if (bias.isPresent()) {
                assertThat(bias.get().dtype()).isEqualTo(DType.BFLOAT16);
                assertThat(Grids.difference(
                                bias.get()
                                        .to(DType.FLOAT64)
                                        .softmax(-1)
                                        .add(Tensor.zeros(
                                                io.attend.tensor.Shape.of(1, HEADS.heads(), 2, far + 2),
                                                DType.FLOAT64)),
                                expected.get()
                                        .softmax(-1)
                                        .add(Tensor.zeros(
                                                io.attend.tensor.Shape.of(
                                                        bias.get().size(0), HEADS.heads(), 2, far + 2),
                                                DType.FLOAT64))))
                        .as(example.name())
                        .isLessThan(0.02);
            }
        }
    }

    // ---- rotary ----

    /// Beyond the trained length the base grows with the pass, while remembered keys stay as they were turned.
    @Test
    void aDynamicBaseFollowsThePass() {
        Rotary value = Rotary.EXAMPLE.scaled(new DynamicScaling(7, 3));
        try (Lifetime _ = Lifetime.open();
                Bench<RelativePosition.Built> bench = Bench.of(parameters -> value.build(parameters, HEADS))) {
            Tensor keys = Grids.random(1, 1, HEADS.keyValueHeads(), 11, HEADS.size());
            Tensor all = bench.built().keys(keys, Context.inference());
            Tensor first = bench.built().keys(keys.narrow(2, 0, 6), Context.inference());
            Tensor then =
                    bench.built().keys(keys.narrow(2, 6, 5), Context.inference().remembering(Map.of(), 6));
            assertThat(Grids.difference(all.narrow(2, 6, 5), then)).isLessThan(1e-12);
            assertThat(Grids.difference(all.narrow(2, 0, 6), first)).isGreaterThan(1e-3);
            Tensor plain = Bench.of(parameters -> Rotary.EXAMPLE.build(parameters, HEADS))
                    .built()
                    .keys(keys.narrow(2, 0, 6), Context.inference());
            assertThat(Grids.difference(plain, first)).isLessThan(1e-12);
            Context given = Context.inference()
                    .positioned(Optional.of(Tensor.arange(0, 11).unsqueeze(0)));
            assertThat(Grids.difference(all, bench.built().keys(keys, given))).isLessThan(1e-12);
        }
    }

    @Test
    void rotaryRefusesWhatCannotTurn() {
        assertRefused(() -> Rotary.EXAMPLE.theta(0), "theta must be above 0, not 0.0");
        assertRefused(() -> Rotary.EXAMPLE.theta(-5), "theta must be above 0, not -5.0");
        assertRefused(
                () -> Rotary.EXAMPLE.size(3), "rotary positions turn pairs: size must be even and at least 2, not 3");
        Parameters at = Parameters.root().in("decoder").in("position");
        assertThatThrownBy(() -> Rotary.EXAMPLE.build(at, new HeadShape(2, 2, 5)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("decoder.position: rotary positions turn pairs, and a head of 5 numbers leaves one over;"
                        + " give the heads an even size, or turn 4 of them with \"size\"");
        assertThatThrownBy(() -> Rotary.EXAMPLE.size(8).build(at, HEADS))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage(
                        "decoder.position: rotary positions cannot turn 8 of the 4 numbers of a head; use at most 4");
        assertThatThrownBy(() -> Rotary.LONG.size(2).build(at, HEADS))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("decoder.position: rotary scaling has 2 factors, but 2 turned numbers have 1 waves");
    }

    // ---- biases ----

    @Test
    void layersOfAStackShareTheirBuckets() {
        Parameters stack = Parameters.root().in("encoder").stack();
        RelativePosition.Built one = BucketedBias.EXAMPLE.build(stack.in("0").in("position"), HEADS);
        RelativePosition.Built other = BucketedBias.EXAMPLE.build(stack.in("1").in("position"), HEADS);
        assertThat(one).isSameAs(other);
        assertThat(stack.all()).hasToString("[encoder.position.weight [8, 6]]");
    }

    @Test
    void biasesRefuseWhatMakesNoSense() {
        assertRefused(
                () -> new BucketedBias(7, BucketedBias.Direction.BIDIRECTIONAL, 11),
                "buckets for both directions must be even and at least 4, not 7");
        assertRefused(
                () -> new BucketedBias(1, BucketedBias.Direction.CAUSAL, 11), "buckets must be at least 2, not 1");
        assertRefused(
                () -> new BucketedBias(32, BucketedBias.Direction.CAUSAL, 16),
                "32 buckets tell distances up to 16 apart one by one; furthest must be more, not 16");
        assertRefused(() -> new ShawPosition(0, ShawPosition.Use.KEYS), "furthest must be at least 1, not 0");
        assertRefused(() -> Alibi.EXAMPLE.multiplier(0), "multiplier must be above 0, not 0.0");
        assertRefused(
                () -> new Alibi(-1, Alibi.Sides.BEHIND, 1, Alibi.Precision.EXACT),
                "exponent must be above 0, not -1.0");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    /// Costs grow with the work, and none is free that computes something.
    @ParameterizedTest
    @MethodSource("positions")
    void saysWhatItCosts(Example<RelativePosition> example) {
        RelativePosition.Built built = example.value().build(Parameters.root(), HEADS);
        double small = built.cost(Load.batch(2).length(7)).flops();
        double large = built.cost(Load.batch(2).length(14)).flops();
        if (example.value() instanceof NoPosition) {
            assertThat(List.of(small, large)).containsOnly(0.0);
        } else {
            assertThat(small).as(example.name()).isPositive();
            assertThat(large).as(example.name()).isGreaterThan(1.9 * small);
        }
    }
}
