package io.attend.attention;

import static io.attend.layer.Grids.assertEqual;
import static io.attend.layer.Grids.difference;
import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Permutation;
import io.attend.layer.Place;
import io.attend.layer.Scene;
import io.attend.layer.Site;
import io.attend.mask.MaskFormulas;
import io.attend.state.State;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attention of several streams along the length, beyond what it owes on one.
class StreamsTest {
    private static final int BATCH = 3;
    private static final int LENGTH = 7;
    private static final int ASKED = 2;
    private static final int BLIND = 4;
    private static final int AHEAD = 3;

    static Stream<Example<Attention>> twoStreams() {
        return Examples.of(Attention.class).filter(example -> example.value() instanceof TwoStreamAttention);
    }

    static Stream<Example<Attention>> ngrams() {
        return Examples.of(Attention.class).filter(example -> example.value() instanceof NgramAttention);
    }

    private static Bench<Layer> bench(Attention value) {
        return Bench.of(parameters -> value.self(parameters, Site.width(WIDTH)));
    }

    /// Orders drawn anew for each text, the last column unseen by all; one row of it sees nothing at all.
    private static boolean[][][] hidden() {
        SplittableRandom random = new SplittableRandom(5);
        boolean[][][] hidden = new boolean[BATCH][LENGTH][LENGTH];
        for (int b = 0; b < BATCH; b++) {
            for (int t = 0; t < LENGTH; t++) {
                for (int s = 0; s < LENGTH; s++) {
                    hidden[b][t][s] = t == BLIND || s == LENGTH - 1 || random.nextInt(3) == 0;
                }
            }
        }
        return hidden;
    }

    /// Any numbers: nothing says that a query asks for one token only. The first asks for the one that sees
    /// nothing.
    private static Tensor targets() {
        Tensor targets = Grids.random(17, BATCH, ASKED, LENGTH);
        targets.select(1, 0).zero_();
        targets.select(1, 0).select(1, BLIND).fill_(1);
        return targets;
    }

    /// The same, but for tokens that see nothing: what sees all alike has a gradient by its scores that moves
    /// nothing, as in the code XLNet comes from.
    private static Tensor seeing(TwoStreamAttention value, int... lengths) {
        Tensor targets = targets();
        for (int b = 0; b < BATCH; b++) {
            for (int t = 0; t < LENGTH; t++) {
                boolean any = false;
                for (boolean one : seen(value, b, t, lengths[b])) {
                    any |= one;
                }
                if (!any) {
                    targets.select(0, b).select(1, t).zero_();
                }
            }
        }
        return targets;
    }

    private static boolean[] seen(TwoStreamAttention value, int b, int t, int length) {
        boolean[] seen = new boolean[LENGTH];
        for (int s = 0; s < LENGTH; s++) {
            seen[s] = !hidden()[b][t][s]
                    && s < length
                    && MaskFormulas.of(value.mask()).allows(t, s);
        }
        return seen;
    }

    private static Tensor segments() {
        return Tensor.of(new long[] {0, 0, 0, 1, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, BATCH, LENGTH);
    }

    @ParameterizedTest
    @MethodSource("twoStreams")
    void tokensAndQueriesAreTheirFormula(Example<Attention> example) {
        TwoStreamAttention value = (TwoStreamAttention) example.value();
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = bench(value)) {
            Tensor x = Grids.random(11, BATCH, LENGTH + ASKED, WIDTH);
            int[] lengths = {7, 6, 5};
            double[][][] expected = new double[BATCH][][];
            for (int b = 0; b < BATCH; b++) {
                boolean[][] seen = new boolean[LENGTH][];
                int[] texts = new int[LENGTH];
                for (int t = 0; t < LENGTH; t++) {
                    texts[t] = (int) segments().toLongs()[b * LENGTH + t];
                    seen[t] = seen(value, b, t, lengths[b]);
                }
                expected[b] = StreamFormulas.twoStreams(
                        value,
                        Grids.of(x)[b],
                        bench.numbers(),
                        new StreamFormulas.Asked(Grids.of(targets())[b], seen, texts));
            }
            Context context = permuted(targets(), lengths);
            assertEqual(example.name(), bench.built().forward(x, context), expected, 1e-11);
            assertEqual(
                    example.name() + " observed",
                    bench.built().forward(x, context.observed((_, _, _) -> {})),
                    expected,
                    1e-11);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(
                    example.name(), () -> bench.built().forward(x, permuted(seeing(value, lengths), lengths)), leaves);
        }
    }

    private static Context permuted(Tensor targets, int... lengths) {
        boolean[] flat = new boolean[BATCH * LENGTH * LENGTH];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = hidden()[i / LENGTH / LENGTH][i / LENGTH % LENGTH][i % LENGTH];
        }
        return Context.inference()
                .padded(Optional.of(Grids.keep(LENGTH, lengths)))
                .segmented(Optional.of(segments()))
                .permuted(new Permutation(Optional.of(Tensor.of(flat, BATCH, LENGTH, LENGTH)), Optional.of(targets)));
    }

    /// What a query asks for must not be seen by it: it may stand anywhere but in its own keys.
    @ParameterizedTest
    @MethodSource("twoStreams")
    void aQueryDoesNotSeeTheTokenItAsksFor(Example<Attention> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = bench(example.value())) {
            Tensor own = Tensor.arange(0, LENGTH)
                    .unsqueeze(0)
                    .eq(Tensor.arange(0, LENGTH).unsqueeze(1));
            Tensor hidden = own.unsqueeze(0).expand(BATCH, LENGTH, LENGTH);
            Tensor one = Tensor.zeros(io.attend.tensor.Shape.of(BATCH, 1, LENGTH), io.attend.tensor.DType.FLOAT64);
            one.select(2, 3).fill_(1);
            Context context = Context.inference().permuted(new Permutation(Optional.of(hidden), Optional.of(one)));
            Tensor x = Grids.random(11, BATCH, LENGTH + 1, WIDTH);
            Tensor other = x.clone();
            other.narrow(1, 3, 1).mul_(-1);
            Tensor before = bench.built().forward(x, context);
            Tensor after = bench.built().forward(other, context);
            assertThat(difference(before.narrow(1, LENGTH, 1), after.narrow(1, LENGTH, 1)))
                    .as(example.name())
                    .isLessThan(1e-12);
            assertThat(difference(before.narrow(1, 3, 1), after.narrow(1, 3, 1)))
                    .as(example.name())
                    .isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("ngrams")
    void streamsAheadAreTheirFormula(Example<Attention> example) {
        NgramAttention value = (NgramAttention) example.value();
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = bench(value)) {
            Tensor x = Grids.random(11, BATCH, (1 + AHEAD) * LENGTH, WIDTH);
            for (int[] lengths : new int[][] {{7, 7, 7}, {7, 5, 1}}) {
                double[][][] expected = new double[BATCH][][];
                for (int b = 0; b < BATCH; b++) {
                    expected[b] = StreamFormulas.ngrams(
                            value, Grids.of(x)[b], LENGTH, bench.numbers(), Scene.first(lengths[b], LENGTH));
                }
                Context context = ahead(lengths);
                assertEqual(example.name(), bench.built().forward(x, context), expected, 1e-11);
                assertEqual(
                        example.name() + " observed",
                        bench.built().forward(x, context.observed((_, _, _) -> {})),
                        expected,
                        1e-11);
            }
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(example.name(), () -> bench.built().forward(x, ahead(7, 5, 1)), leaves);
        }
    }

    private static Context ahead(int... lengths) {
        return Context.inference()
                .padded(Optional.of(Grids.keep(LENGTH, lengths)))
                .streaming(LENGTH);
    }

    /// In chunks of any size, and behind padding on the left, each text numbered from its own first token.
    @ParameterizedTest
    @MethodSource("ngrams")
    void stepByStepIsAllAtOnce(Example<Attention> example) {
        NgramAttention given = (NgramAttention) example.value();
        NgramAttention value = new NgramAttention(
                given.heads(), given.buckets(), given.furthest(), NgramAttention.Order.OWN, given.dropout());
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> whole = bench(value);
                Bench<Layer> stepped = bench(given)) {
            Tensor x = Grids.random(11, BATCH, 1 + AHEAD, LENGTH, WIDTH);
            Tensor keep = Grids.keep(LENGTH, 7, 5, 6).flip(1);
            Tensor positions =
                    keep.to(io.attend.tensor.DType.INT64).cumsum(1).sub(1).clampMin(0);
            for (boolean padded : new boolean[] {false, true}) {
                Context context = Context.inference().streaming(LENGTH);
                Tensor expected = whole.built()
                        .forward(
                                x.flatten(1, 2),
                                padded ? context.padded(Optional.of(keep)).positioned(Optional.of(positions)) : context)
                        .reshape(BATCH, 1 + AHEAD, LENGTH, WIDTH);
                Map<Place, State> states = new HashMap<>();
                Place place = new Place("here");
                int before = 0;
                for (int chunk : new int[] {3, 1, 1, 2}) {
                    Context step = Context.inference()
                            .remembering(states, before)
                            .streaming(chunk)
                            .at(place);
                    int seen = before + chunk;
                    Tensor y = stepped.built()
                            .forward(
                                    x.narrow(2, before, chunk).flatten(1, 2),
                                    padded
                                            ? step.padded(Optional.of(keep.narrow(1, 0, seen)))
                                                    .positioned(Optional.of(positions.narrow(1, 0, seen)))
                                            : step)
                            .reshape(BATCH, 1 + AHEAD, chunk, WIDTH);
                    for (int b = 0; b < BATCH; b++) {
                        int real = padded
                                ? (int) keep.select(0, b)
                                        .eq(0)
                                        .to(io.attend.tensor.DType.INT64)
                                        .sum()
                                        .item()
                                : 0;
                        int from = Math.max(real - before, 0);
                        if (from < chunk) {
                            assertThat(difference(
                                            y.select(0, b).narrow(1, from, chunk - from),
                                            expected.select(0, b).narrow(1, before + from, chunk - from)))
                                    .as("%s from %s by %s, padded %s", example, before, chunk, padded)
                                    .isLessThan(1e-11);
                        }
                    }
                    before = seen;
                }
                states.values().forEach(State::close);
            }
        }
    }
}
