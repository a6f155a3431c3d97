package io.attend.layer;

import static io.attend.layer.Grids.assertEqual;
import static io.attend.layer.Grids.assertFinite;
import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.state.State;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// What every layer owes, whatever it computes: its formula, its shapes in every element type, its gradient,
/// its place in time (past, padding, steps), and its cost.
///
/// @param name of the example under test
/// @param build builds it at the root
/// @param causal whether no position may depend on one behind it
/// @param memory the width of the memory it attends to, if it does
/// @param choosing whether it chooses between branches, so that halves, near a tie, may choose otherwise
/// @param tolerance of the reference, in float64
/// @param formula the reference, for one sequence [T][E]
public record LayerContract(
        String name,
        Function<Parameters, ? extends Layer> build,
        boolean causal,
        OptionalInt memory,
        boolean choosing,
        double tolerance,
        Formula formula) {
    /// The width of layers under test: two heads of a prime size, and even for sinusoids.
    public static final int WIDTH = 10;

    private static final int BATCH = 3;
    private static final int LENGTH = 7;
    private static final int SOURCE = 5;
    private static final double EXACT = 1e-11;

    /// Makes attention take the way that computes its weights.
    private static final Observer WATCHING = (_, _, _) -> {};

    /// What a layer should make of a sequence [T][E], from its weights as plain numbers.
    @FunctionalInterface
    public interface Formula {
        double[][] apply(double[][] x, Numbers numbers, Scene scene);

        /// A formula of each position alone.
        static Formula each(java.util.function.BiFunction<double[], Numbers, double[]> formula) {
            return (x, numbers, _) ->
                    Stream.of(x).map(row -> formula.apply(row, numbers)).toArray(double[][]::new);
        }
    }

    public static LayerContract of(String name, Function<Parameters, ? extends Layer> build, Formula formula) {
        return new LayerContract(name, build, true, OptionalInt.empty(), false, EXACT, formula);
    }

    /// Of a layer in which the past sees the future.
    public LayerContract causal(boolean is) {
        return new LayerContract(name, build, is, memory, choosing, tolerance, formula);
    }

    public LayerContract remembering(int width) {
        return new LayerContract(name, build, causal, OptionalInt.of(width), choosing, tolerance, formula);
    }

    public LayerContract within(double distance) {
        return new LayerContract(name, build, causal, memory, choosing, distance, formula);
    }

    /// Of a layer that sends positions to branches.
    public LayerContract choosing(boolean is) {
        return new LayerContract(name, build, causal, memory, is, tolerance, formula);
    }

    public Stream<DynamicTest> tests() {
        Stream<DynamicTest> always = Stream.of(
                test("is its formula", this::isItsFormula),
                test("keeps shape and element type", this::keepsShapeAndType),
                test("has the gradient of its formula", this::hasItsGradient),
                test(causal ? "does not see the future" : "sees the future", this::seesInTime),
                test("does not mix the rows of a batch", this::keepsRowsApart),
                test("does not see padding", this::doesNotSeePadding),
                test("survives a row that is all padding", this::survivesNothing));
        Stream<DynamicTest> steps = Stream.of(
                test("step by step is all at once", this::stepsAreTheWhole),
                test("follows its rows when they are selected", this::followsSelectedRows),
                test("says what it remembers", this::saysWhatItRemembers));
        return causal ? Stream.concat(always, steps) : always;
    }

    private DynamicTest test(String what, Runnable body) {
        return dynamicTest(name + " " + what, () -> {
            try (Lifetime _ = Lifetime.open()) {
                body.run();
            }
        });
    }

    private Bench<Layer> bench() {
        return Bench.of(build::apply);
    }

    private Tensor input(int length) {
        return Grids.random(name.hashCode(), BATCH, length, WIDTH);
    }

    private Optional<Tensor> source() {
        return memory.stream()
                .mapToObj(width -> Grids.random(name.hashCode() + 1L, BATCH, SOURCE, width))
                .findFirst();
    }

    private Context context() {
        return context(Context.inference(), source(), Optional.empty());
    }

    private static Context context(Context context, Optional<Tensor> source, Optional<Tensor> keep) {
        return source.map(values -> context.attending(new Memory(values, keep))).orElse(context);
    }

    private void isItsFormula() {
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            int[] lengths = {7, 5, 2};
            int[] sources = {5, 1, 3};
            Tensor keep = Grids.keep(LENGTH, lengths);
            Context padded = context(Context.inference(), source(), Optional.of(Grids.keep(SOURCE, sources)))
                    .padded(Optional.of(keep));
            Numbers numbers = bench.numbers();
            double[][][] rows = Grids.of(x);
            double[][][] expected = new double[BATCH][][];
            double[][][] expectedPadded = new double[BATCH][][];
            for (int b = 0; b < BATCH; b++) {
                double[][] memory = source().isPresent() ? Grids.of(source().get())[b] : new double[0][];
                expected[b] =
                        formula.apply(rows[b], numbers, new Scene(Scene.all(LENGTH), memory, Scene.all(memory.length)));
                Scene scene =
                        new Scene(Scene.first(lengths[b], LENGTH), memory, Scene.first(sources[b], memory.length));
                expectedPadded[b] = formula.apply(rows[b], numbers, scene);
            }
            assertEqual(name, bench.built().forward(x, context()), expected, tolerance);
            assertEqual(name + " with padding", bench.built().forward(x, padded), expectedPadded, tolerance);
            assertEqual(
                    name + " observed", bench.built().forward(x, context().observed(WATCHING)), expected, tolerance);
            Context both = padded.observed(WATCHING);
            assertEqual(name + " observed with padding", bench.built().forward(x, both), expectedPadded, tolerance);
            assertThat(numbers.unread()).as("%s: weights without a use", name).isEmpty();
        }
    }

    private void keepsShapeAndType() {
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            try (Bench<Layer> bench = Bench.of(build::apply, dtype);
                    Bench<Layer> exact = bench()) {
                Context context = context(Context.inference(), source().map(s -> s.to(dtype)), Optional.empty());
                Tensor y = bench.built().forward(input(LENGTH).to(dtype), context);
                Tensor expected = exact.built().forward(input(LENGTH), context());
                assertThat(y.dtype()).as("%s of %s", name, dtype).isEqualTo(dtype);
                assertThat(y.shape()).as(name).isEqualTo(expected.shape());
                double scale = Math.max(
                        1,
                        expected.abs()
                                .amax(-1, Tensor.Axis.KEPT)
                                .flatten(0, 2)
                                .amax(0, Tensor.Axis.DROPPED)
                                .item());
                Tensor apart = y.to(DType.FLOAT64)
                        .sub(expected)
                        .abs()
                        .amax(-1, Tensor.Axis.KEPT)
                        .flatten(0, 2);
                assertFinite(name, y);
                double[] positions = apart.toDoubles();
                Arrays.sort(positions);
                double most = positions[
                        (choosing && dtype == DType.BFLOAT16 ? 3 * positions.length / 4 : positions.length) - 1];
                assertThat(most / scale)
                        .as("%s: %s against float64", name, dtype)
                        .isLessThan(dtype == DType.FLOAT32 ? 1e-5 : 0.06);
            }
        }
    }

    private void hasItsGradient() {
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            Optional<Tensor> source = source();
            source.ifPresent(leaves::add);
            FiniteDifferences.check(
                    name,
                    () -> bench.built().forward(x, context(Context.inference(), source, Optional.empty())),
                    leaves);
        }
    }

    private void seesInTime() {
        int moved = 4;
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            Tensor other = x.clone();
            other.narrow(1, moved, 1).mul_(-1);
            Tensor before = bench.built().forward(x, context());
            Tensor after = bench.built().forward(other, context());
            double past = difference(before.narrow(1, 0, moved), after.narrow(1, 0, moved));
            double present = difference(before.narrow(1, moved, 1), after.narrow(1, moved, 1));
            assertThat(present).as("%s: change at the changed position", name).isGreaterThan(1e-3);
            if (causal) {
                assertThat(past)
                        .as("%s: change in the past of the changed position", name)
                        .isLessThan(EXACT);
            } else {
                assertThat(past)
                        .as("%s: change in the past of the changed position", name)
                        .isGreaterThan(1e-6);
            }
        }
    }

    private void keepsRowsApart() {
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            Tensor other = x.clone();
            other.narrow(0, 1, 1).mul_(-1);
            Tensor before = bench.built().forward(x, context());
            Tensor after = bench.built().forward(other, context());
            for (int row : new int[] {0, 2}) {
                assertThat(difference(before.select(0, row), after.select(0, row)))
                        .as("%s: row %s when row 1 changes", name, row)
                        .isLessThan(EXACT);
            }
        }
    }

    /// A sequence gives the same however much padding stands behind it and whatever that holds.
    private void doesNotSeePadding() {
        int[] lengths = {2, 7, 5};
        int[] sources = {3, 1, 5};
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            Tensor wild = x.clone();
            Optional<Tensor> source = source();
            Optional<Tensor> wildSource = source.map(Tensor::clone);
            for (int b = 0; b < BATCH; b++) {
                wild.select(0, b).narrow(0, lengths[b], LENGTH - lengths[b]).mul_(-1000);
                int row = b;
                wildSource.ifPresent(s -> s.select(0, row)
                        .narrow(0, sources[row], SOURCE - sources[row])
                        .mul_(-1000));
            }
            Tensor y = bench.built()
                    .forward(
                            wild,
                            context(Context.inference(), wildSource, Optional.of(Grids.keep(SOURCE, sources)))
                                    .padded(Optional.of(Grids.keep(LENGTH, lengths))));
            for (int b = 0; b < BATCH; b++) {
                int row = b;
                Tensor alone = x.narrow(0, b, 1).narrow(1, 0, lengths[b]);
                Optional<Tensor> aloneSource =
                        source.map(s -> s.narrow(0, row, 1).narrow(1, 0, sources[row]));
                Tensor expected =
                        bench.built().forward(alone, context(Context.inference(), aloneSource, Optional.empty()));
                assertThat(difference(y.narrow(0, b, 1).narrow(1, 0, lengths[b]), expected))
                        .as("%s: row %s of %s real positions, padded against alone", name, b, lengths[b])
                        .isLessThan(EXACT);
            }
        }
    }

    private void survivesNothing() {
        for (boolean observed : new boolean[] {false, true}) {
            try (Bench<Layer> bench = bench()) {
                Context start = observed ? Context.inference().observed(WATCHING) : Context.inference();
                Tensor x = input(LENGTH).requiresGrad(true);
                bench.weights().forEach(weight -> weight.requiresGrad(true));
                Context context = context(start, source(), Optional.of(Grids.keep(SOURCE, 5, 0, 2)))
                        .padded(Optional.of(Grids.keep(LENGTH, 7, 0, 3)));
                Tensor y = bench.built().forward(x, context);
                assertFinite(name, y);
                y.sum().backward();
                assertFinite(name + ": gradient of its input", x.grad().orElseThrow());
                bench.weights()
                        .forEach(weight -> weight.grad()
                                .ifPresent(gradient -> assertFinite(name + ": gradient of " + weight, gradient)));
            }
        }
    }

    /// In chunks of several sizes, past the first room of a state (32) and through its growth.
    private void stepsAreTheWhole() {
        int length = 53;
        int[][] ways = {{53}, {1, 1, 51}, {31, 1, 1, 1, 19}, {37, 16}, {2, 3, 5, 7, 11, 13, 12}};
        Tensor keep = Grids.keep(length, 53, 41, 53).flip(1); // padding on the left, as prompts have it
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(length);
            for (boolean padded : new boolean[] {false, true}) {
                Context whole = context().padded(padded ? Optional.of(keep) : Optional.empty());
                Tensor expected = bench.built().forward(x, whole);
                for (int[] way : ways) {
                    Steps steps = new Steps(bench);
                    List<Tensor> parts = new ArrayList<>();
                    for (int chunk : way) {
                        Optional<Tensor> seen =
                                padded ? Optional.of(keep.narrow(1, 0, steps.cached + chunk)) : Optional.empty();
                        parts.add(steps.next(x.narrow(1, steps.cached, chunk), source(), seen));
                    }
                    assertThat(difference(Tensor.cat(1, parts.toArray(Tensor[]::new)), expected))
                            .as("%s in chunks of %s, padded %s", name, Arrays.toString(way), padded)
                            .isLessThan(EXACT);
                    steps.close();
                }
            }
        }
    }

    private void followsSelectedRows() {
        Tensor rows = Tensor.of(new long[] {2, 0, 0, 1}, 4);
        try (Bench<Layer> bench = bench()) {
            Tensor x = input(LENGTH);
            Tensor chosen = x.indexSelect(0, rows);
            Optional<Tensor> chosenSource = source().map(s -> s.indexSelect(0, rows));
            Tensor expected =
                    bench.built().forward(chosen, context(Context.inference(), chosenSource, Optional.empty()));
            Steps steps = new Steps(bench);
            steps.next(x.narrow(1, 0, 3), source(), Optional.empty());
            steps.states.values().forEach(state -> state.select(rows));
            Tensor y = steps.next(chosen.narrow(1, 3, 4), chosenSource, Optional.empty());
            assertThat(difference(y, expected.narrow(1, 3, 4)))
                    .as("%s after selecting rows", name)
                    .isLessThan(EXACT);
            steps.close();
        }
    }

    /// One generation of a layer.
    private static final class Steps {
        private final Bench<Layer> bench;
        private final Map<Place, State> states = new HashMap<>();
        private final Place place = new Place("here");
        private int cached;

        Steps(Bench<Layer> bench) {
            this.bench = bench;
        }

        Tensor next(Tensor x, Optional<Tensor> source, Optional<Tensor> keep) {
            Context context = context(Context.inference(), source, Optional.empty())
                    .padded(keep)
                    .remembering(states, cached)
                    .at(place);
            cached += (int) x.size(1);
            return bench.built().forward(x, context);
        }

        void close() {
            states.values().forEach(State::close);
        }
    }

    private void saysWhatItRemembers() {
        try (Bench<Layer> bench = bench()) {
            Steps steps = new Steps(bench);
            steps.next(input(LENGTH), source(), Optional.empty());
            assertRemembers(bench, steps, Load.batch(BATCH).length(LENGTH).memory(memory.isPresent() ? SOURCE : 0));
            steps.next(input(1), source(), Optional.empty());
            assertRemembers(
                    bench, steps, Load.batch(BATCH).length(1).cached(LENGTH).memory(memory.isPresent() ? SOURCE : 0));
            steps.close();
        }
    }

    private void assertRemembers(Bench<Layer> bench, Steps steps, Load load) {
        long bytes = steps.states.values().stream().mapToLong(State::bytes).sum();
        assertThat(bench.built().cost(load).state() * DType.FLOAT64.bytes())
                .as("%s: bytes its cost says it remembers after %s", name, load)
                .isEqualTo(bytes);
    }
}
