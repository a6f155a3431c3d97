package io.attend.position;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AbsolutePositionTest {
    /// Waves are computed in float32: the angle of position 6 is exact to 6 times half a unit in its last
    /// place.
    private static final double WAVES = 1e-6;

    static Stream<Example<AbsolutePosition>> positions() {
        return Examples.of(AbsolutePosition.class);
    }

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

    /// Every position that has an end, in the same words.
    @Test
    void gridsEndWhereTheyEnd() {
        for (AbsolutePosition value :
                List.of(AxialSinusoidalPosition.EXAMPLE, AxialLearnedPosition.EXAMPLE, FourierPosition.IMAGE)) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> value.build(parameters.in("position"), WIDTH))) {
                bench.built().forward(Grids.random(1, 1, 77, WIDTH), Context.inference());
                Tensor next = Grids.random(1, 1, 1, WIDTH);
                String message = "position: the text has 78 tokens, but the grid [7, 11] has only 77 places; shorten"
                        + " the text or use a larger grid";
                assertThatThrownBy(() ->
                                bench.built().forward(next, Context.inference().remembering(Map.of(), 77)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(message);
                assertThatThrownBy(() -> bench.built().cost(Load.batch(1).length(78)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(message);
                Tensor far = Tensor.of(new long[] {77}, 1, 1);
                assertThatThrownBy(() ->
                                bench.built().forward(next, Context.inference().positioned(Optional.of(far))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(message);
            }
        }
    }

    /// A text behind padding, whose tokens then stand at given positions, is placed like the same text alone.
    @ParameterizedTest
    @MethodSource("positions")
    void takesThePositionsItIsGiven(Example<AbsolutePosition> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> example.value().build(parameters, WIDTH))) {
            Tensor x = Grids.random(1, 2, 7, WIDTH);
            Tensor places = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 1, 2, 3}, 2, 7);
            Tensor y = bench.built().forward(x, Context.inference().positioned(Optional.of(places)));
            Tensor first = bench.built().forward(x.narrow(0, 0, 1), Context.inference());
            Tensor second = bench.built().forward(x.narrow(0, 1, 1).narrow(1, 3, 4), Context.inference());
            assertThat(Grids.difference(y.narrow(0, 0, 1), first))
                    .as(example.name())
                    .isLessThan(1e-12);
            assertThat(Grids.difference(y.narrow(0, 1, 1).narrow(1, 3, 4), second))
                    .as(example.name())
                    .isLessThan(1e-12);
        }
    }

    /// PE(p + k) = M(k) PE(p), M turning each pair by its angle: the same M wherever p is.
    @ParameterizedTest
    @EnumSource(SinusoidalPosition.Spacing.class)
    void aStepIsALinearMap(SinusoidalPosition.Spacing spacing) {
        SinusoidalPosition value = new SinusoidalPosition(SinusoidalPosition.Order.INTERLEAVED).spacing(spacing);
        int step = 5;
        try (Lifetime _ = Lifetime.open()) {
            double[][][] waves = Grids.of(
                    value.waves(Tensor.arange(0, 101), WIDTH).to(DType.FLOAT64).unsqueeze(0));
            for (int i = 0; i < WIDTH; i += 2) {
                double sin = waves[0][step][i]; // PE(step) itself holds the angles' sines and cosines
                double cos = waves[0][step][i + 1];
                for (int p = 0; p + step < 101; p++) {
                    double[] here = waves[0][p];
                    assertThat(waves[0][p + step][i]).isCloseTo(cos * here[i] + sin * here[i + 1], within(2e-5));
                    assertThat(waves[0][p + step][i + 1]).isCloseTo(cos * here[i + 1] - sin * here[i], within(2e-5));
                }
            }
        }
    }

    /// Without positions, attention that sees everything gives every order of its input the same, reordered;
    /// with any position it does not.
    @ParameterizedTest
    @MethodSource("positions")
    void onlyNoPositionDoesNotKnowOrder(Example<AbsolutePosition> example) {
        int[] order = {3, 0, 6, 2, 5, 1, 4};
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(2));
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> position = Bench.of(parameters -> example.value().build(parameters, WIDTH));
                Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(1, 1, 7, WIDTH);
            Tensor rows =
                    Tensor.of(java.util.Arrays.stream(order).asLongStream().toArray(), 7);
            Tensor y = bench.built().forward(position.built().forward(x, Context.inference()), Context.inference());
            Tensor reordered = bench.built()
                    .forward(
                            position.built().forward(x.indexSelect(1, rows), Context.inference()), Context.inference());
            double difference = Grids.difference(y.indexSelect(1, rows), reordered);
            if (example.value() instanceof NoPosition) {
                assertThat(difference).isLessThan(1e-12);
            } else {
                assertThat(difference).as(example.name()).isGreaterThan(1e-3);
            }
        }
    }

    // ---- graphs ----

    /// A wheel with a tail: eigenvectors of its Laplacian, smallest eigenvalue first, at unit length and
    /// orthogonal.
    @Test
    void eigenvectorsAreThoseOfTheLaplacian() {
        int nodes = 13;
        List<LaplacianPosition.Edge> edges = new ArrayList<>();
        for (int i = 1; i < 10; i++) {
            edges.add(new LaplacianPosition.Edge(0, i));
            edges.add(new LaplacianPosition.Edge(i, i % 9 + 1));
        }
        for (int i = 9; i < nodes - 1; i++) {
            edges.add(new LaplacianPosition.Edge(i + 1, i));
        }
        LaplacianPosition value = new LaplacianPosition(nodes, edges, nodes - 1);
        double[][] laplacian = value.laplacian();
        double[][] table = value.table();
        double before = 0;
        for (int k = 0; k < nodes - 1; k++) {
            double[] vector = new double[nodes];
            for (int node = 0; node < nodes; node++) {
                vector[node] = table[node][k];
            }
            double eigenvalue = 0;
            for (int i = 0; i < nodes; i++) {
                for (int j = 0; j < nodes; j++) {
                    eigenvalue += vector[i] * laplacian[i][j] * vector[j];
                }
            }
            for (int i = 0; i < nodes; i++) {
                assertThat(RelativePositionFormulas.dot(laplacian[i], vector))
                        .isCloseTo(eigenvalue * vector[i], within(1e-9));
            }
            assertThat(eigenvalue).isGreaterThan(before - 1e-9).isLessThan(2 + 1e-9);
            before = eigenvalue;
            for (int other = 0; other <= k; other++) {
                double product = 0;
                for (int node = 0; node < nodes; node++) {
                    product += vector[node] * table[node][other];
                }
                assertThat(product).isCloseTo(other == k ? 1 : 0, within(1e-9));
            }
        }
    }

    @Test
    void aPathIsTheGraphOfItsEdges() {
        List<LaplacianPosition.Edge> edges = new ArrayList<>();
        for (int i = 22; i > 0; i--) {
            edges.add(new LaplacianPosition.Edge(i, i - 1));
        }
        double[][] path = LaplacianPosition.path(23, 22).table();
        double[][] graph = new LaplacianPosition(23, edges, 22).table();
        for (int node = 0; node < 23; node++) {
            assertThat(graph[node]).containsExactly(path[node], within(1e-9));
        }
    }

    /// Rows of a batch turn their eigenvectors around, each by its own chance, in training only.
    @Test
    void signsAreTurnedInTraining() {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(7);
                Bench<Layer> bench = Bench.of(parameters -> LaplacianPosition.EXAMPLE.build(parameters, WIDTH))) {
            Tensor x = Tensor.zeros(Shape.of(64, 1, WIDTH), DType.FLOAT64);
            double[][][] y = Grids.of(bench.built().forward(x, Context.training(random)));
            Set<String> seen = new TreeSet<>();
            for (double[][] row : y) {
                seen.add(String.format(java.util.Locale.ROOT, "%.9f", row[0][0]));
            }
            double[] bias = bench.numbers().in("projection").vector("bias");
            double[] weights = bench.numbers().in("projection").matrix("weight", 3)[0];
            double[] first = LaplacianPosition.EXAMPLE.table()[0];
            Set<String> expected = new TreeSet<>();
            for (int signs = 0; signs < 8; signs++) {
                double sum = bias[0];
                for (int i = 0; i < 3; i++) {
                    sum += ((signs >> i & 1) == 1 ? 1 : -1) * weights[i] * (float) first[i];
                }
                expected.add(String.format(java.util.Locale.ROOT, "%.9f", sum));
            }
            assertThat(seen).hasSize(8);
            assertThat(seen.stream().mapToDouble(Double::parseDouble).sorted().toArray())
                    .containsExactly(
                            expected.stream()
                                    .mapToDouble(Double::parseDouble)
                                    .sorted()
                                    .toArray(),
                            within(1e-6));
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefused(() -> SinusoidalPosition.EXAMPLE.base(0), "base must be above 0, not 0.0");
        assertRefused(() -> SinusoidalPosition.EXAMPLE.offset(-1), "offset must be at least 0, not -1");
        assertRefused(
                () -> new ConcatenatedPosition(3, SinusoidalPosition.EXAMPLE),
                "sinusoids need an even width of at least 2, not 3");
        assertRefused(
                () -> new AxialLearnedPosition(List.of(7, 0), AxialLearnedPosition.Join.ADDED, List.of()),
                "every size of a grid must be at least 1, not [7, 0]");
        assertRefused(
                () -> new AxialLearnedPosition(List.of(1 << 20, 1 << 20), AxialLearnedPosition.Join.ADDED, List.of()),
                "a grid of [1048576, 1048576] has more than 2147483647 places; use smaller sizes");
        assertRefused(
                () -> new AxialLearnedPosition(List.of(), AxialLearnedPosition.Join.ADDED, List.of()),
                "a grid needs at least 1 axis, not 0");
        assertRefused(
                () -> new AxialLearnedPosition(List.of(7), AxialLearnedPosition.Join.ADDED, List.of(7)),
                "added axes have the whole vector each; leave out the parts [7]");
        assertRefused(
                () -> new AxialSinusoidalPosition(List.of(7, 11), List.of(4), SinusoidalPosition.HALVES),
                "there are 1 parts for the 2 axes of the grid [7, 11]; give one an axis");
        assertRefused(
                () -> new AxialSinusoidalPosition(List.of(7, 11), List.of(4, 0), SinusoidalPosition.HALVES),
                "every part must be at least 1 number, not [4, 0]");
        assertRefused(() -> new FourierPosition(5, 1, 7, List.of()), "features must be even and at least 2, not 5");
        assertRefused(() -> new FourierPosition(4, 0, 7, List.of()), "gamma must be above 0, not 0.0");
        assertRefused(() -> new FourierPosition(4, 1, 0, List.of()), "hidden must be at least 1, not 0");
        assertRefused(() -> LaplacianPosition.path(7, 7), "eigenvectors of a graph of 7 nodes must be 1 ... 6, not 7");
        assertRefused(() -> LaplacianPosition.path(1, 1), "a graph needs at least 2 nodes, not 1");
        List<LaplacianPosition.Edge> loop = List.of(new LaplacianPosition.Edge(3, 3));
        assertRefused(
                () -> new LaplacianPosition(7, loop, 2), "the edge 3 - 3 does not join two different nodes of 0 ... 6");
        assertRefused(
                () -> new LaplacianPosition(513, loop, 2),
                "the eigenvectors of a given graph are computed for at most 512 nodes, not 513");
        Parameters at = Parameters.root().in("position");
        assertCannot(
                () -> AxialSinusoidalPosition.EXAMPLE.build(at, 12),
                "position: the parts [4, 6] of a grid's axes are 10 numbers, but the width is 12; they must fill it");
        assertCannot(
                () -> new AxialSinusoidalPosition(List.of(7, 11), List.of(), SinusoidalPosition.HALVES).build(at, 7),
                "position: a width of 7 cannot be split evenly among the 2 axes of the grid [7, 11]; say how with"
                        + " \"parts\"");
        assertCannot(
                () -> new AxialSinusoidalPosition(List.of(7, 11), List.of(), SinusoidalPosition.HALVES).build(at, 10),
                "position: sinusoidal positions need an even width, not 5; use 6");
        assertCannot(
                () -> ComplexPosition.EXAMPLE.build(at, 7),
                "position: complex positions pair numbers and need an even width, not 7; use 8");
        assertCannot(
                () -> SinusoidalPosition.CLOSED.build(at, 2),
                "position: closed sinusoidal positions need a width of at least 4, not 2");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static void assertCannot(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(ArchitectureException.class).hasMessage(message);
    }
}
