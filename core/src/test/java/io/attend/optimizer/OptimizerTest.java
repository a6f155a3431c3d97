package io.attend.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What every optimizer promises, over their examples, and the formulas of those without a reference trajectory
/// as loops in float64.
class OptimizerTest {
    private static final double RATE = 0.01;

    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    static Stream<Example<Optimizer>> examples() {
        return Examples.of(Optimizer.class);
    }

    private static Map<String, double[]> numbers(Weights weights) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        weights.all()
                .forEach(weight ->
                        numbers.put(weight.name(), weight.tensor().detach().toDoubles()));
        return numbers;
    }

    private static void run(Weights weights, Optimizer.Built optimizer, int from, int to) {
        for (int step = from; step <= to; step++) {
            weights.gradients(step);
            optimizer.step(RATE / step);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void goesOnFromWhatWasSavedToTheSameBits(Example<Optimizer> example) {
        Map<String, double[]> whole;
        Map<String, Tensor> saved = new LinkedHashMap<>();
        Map<String, Tensor> middle = new LinkedHashMap<>();
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            run(weights, optimizer, 1, 3);
            optimizer
                    .state()
                    .forEach(
                            (name, tensor) -> saved.put(name, Lifetime.current().keep(tensor.clone())));
            try (NoGradient _ = NoGradient.open()) {
                weights.all()
                        .forEach(weight -> middle.put(
                                weight.name(),
                                Lifetime.current().keep(weight.tensor().clone())));
            }
            run(weights, optimizer, 4, 6);
            whole = numbers(weights);
        }
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            optimizer.restore(saved);
            try (NoGradient _ = NoGradient.open()) {
                weights.all()
                        .forEach(weight -> weight.tensor().copy_(Objects.requireNonNull(middle.get(weight.name()))));
            }
            run(weights, optimizer, 4, 6);
            numbers(weights)
                    .forEach((name, numbers) -> assertThat(numbers).as(name).isEqualTo(whole.get(name)));
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void keepsAsManyNumbersAsItSays(Example<Optimizer> example) {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            for (Parameter weight : weights.all()) {
                assertThat(optimizer.state().entrySet().stream()
                                .filter(e -> e.getKey().startsWith(weight.name() + "."))
                                .mapToLong(e -> e.getValue().count())
                                .sum())
                        .as(weight.name())
                        .isEqualTo(example.value().numbers(weight));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void aWeightWithoutAGradientStaysAndNoMemoryIsLeft(Example<Optimizer> example) {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            run(weights, optimizer, 1, 1);
            Parameter idle = weights.all().get(1);
            for (int step = 2; step < 4; step++) {
                Map<String, double[]> before = numbers(weights);
                weights.gradients(step);
                idle.tensor().clearGrad();
                optimizer.step(RATE);
                numbers(weights).forEach((name, now) -> {
                    if (name.equals(idle.name())) {
                        assertThat(now).as(name).isEqualTo(before.get(name));
                    } else {
                        assertThat(now).as(name).isNotEqualTo(before.get(name));
                    }
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void refusesAWrongStateByName(Example<Optimizer> example) {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            String first = optimizer.state().keySet().iterator().next();
            Map<String, Tensor> less = new LinkedHashMap<>(optimizer.state());
            less.remove(first);
            assertThatThrownBy(() -> optimizer.restore(less))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the saved optimizer remembers other weights than the model has: " + first
                            + " is missing; resume with the recipe it was saved with");
            Map<String, Tensor> more = new LinkedHashMap<>(optimizer.state());
            more.put("other.mean", Tensor.zeros(Shape.of(3), DType.FLOAT32));
            assertThatThrownBy(() -> optimizer.restore(more)).hasMessageContaining("other.mean is left over");
            Map<String, Tensor> other = new LinkedHashMap<>(optimizer.state());
            other.put(first, Tensor.zeros(Shape.of(3, 2), DType.FLOAT32));
            assertThatThrownBy(() -> optimizer.restore(other))
                    .hasMessageContaining(first + " [3, 2] float32, but the model wants ");
            other.put(
                    first, Objects.requireNonNull(optimizer.state().get(first)).to(DType.FLOAT64));
            assertThatThrownBy(() -> optimizer.restore(other)).hasMessageContaining("float64, but the model wants ");
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void leavesVectorsAndBiasesUndecayed(Example<Optimizer> example) {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = example.value().build(weights.all())) {
            Map<String, double[]> before = numbers(weights);
            weights.all().forEach(weight -> Weights.gradient(weight, Tensor.zeros(weight.shape(), DType.FLOAT32)));
            optimizer.step(RATE);
            numbers(weights).forEach((name, now) -> {
                if (name.endsWith("bias") || name.contains("norm")) {
                    assertThat(now).as(name).isEqualTo(before.get(name));
                }
            });
        }
    }

    @Test
    void refusesWeightsThatAreNotFloat32() {
        try (Weights weights = new Weights()) {
            weights.add("decoder.norm.weight", Tensor.of(new double[] {1, 2}));
            assertThatThrownBy(() -> AdamW.EXAMPLE.build(weights.all()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("decoder.norm.weight is float64, but optimizers move float32 weights");
        }
    }

    @Test
    void aStridedWeightIsRefusedNotMisread() {
        try (Weights weights = new Weights()) {
            Parameter weight = weights.add("w", Tensor.zeros(Shape.of(3, 2), DType.FLOAT32));
            weight.fill(
                    Tensor.zeros(Shape.of(2, 3), DType.FLOAT32).transpose(0, 1).requiresGrad(true));
            weight.tensor().sum().backward();
            try (Optimizer.Built optimizer = Sgd.EXAMPLE.build(weights.all())) {
                assertThatThrownBy(() -> optimizer.step(RATE))
                        .hasMessage(
                                "the weight w [3, 2] float32 and its gradient [3, 2] float32 must be contiguous and of"
                                        + " one size and type");
            }
        }
    }

    // ---- formulas ----

    @Test
    void lionFollowsThePaper() {
        Lion value = new Lion(0.9, 0.99, 0.1);
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = value.build(weights.all())) {
            Map<String, double[]> theta = numbers(weights);
            Map<String, double[]> mean = new LinkedHashMap<>();
            for (int step = 1; step <= 5; step++) {
                run(weights, optimizer, step, step);
                double rate = RATE / step;
                for (Parameter weight : weights.all()) {
                    double decay = weight.shape().rank() > 1 ? 0.1 : 0;
                    double[] g = weight.tensor().grad().orElseThrow().toDoubles();
                    double[] m = mean.computeIfAbsent(weight.name(), _ -> new double[g.length]);
                    double[] w = Objects.requireNonNull(theta.get(weight.name()));
                    double[] got = weight.tensor().detach().toDoubles();
                    for (int i = 0; i < g.length; i++) {
                        w[i] -= rate * (Math.signum(0.9 * m[i] + 0.1 * g[i]) + decay * w[i]);
                        m[i] = 0.99 * m[i] + 0.01 * g[i];
                        assertThat(got[i]).as(weight.name()).isCloseTo(w[i], within(1e-6));
                    }
                }
            }
        }
    }

    @Test
    void muonFollowsItsDescription() {
        Muon value = new Muon(0.9, Muon.Height.AS_ADAM, 0.2, new AdamW(0.9, 0.95, 1e-8, 0));
        check(value, 0.9, (rows, columns) -> 0.2 * Math.sqrt(Math.max(rows, columns)));
        Muon shaped = new Muon(0.9, Muon.Height.BY_SHAPE, 0.2, new AdamW(0.9, 0.95, 1e-8, 0));
        check(shaped, 0.9, (rows, columns) -> Math.sqrt(Math.max(1, (double) rows / columns)));
    }

    private interface Height {
        double of(int rows, int columns);
    }

    private static void check(Muon value, double momentum, Height height) {
        try (Weights weights = Weights.small();
                Weights rest = Weights.small();
                Optimizer.Built optimizer = value.build(weights.all());
                Optimizer.Built adam = value.rest().build(rest.all())) {
            Map<String, double[]> theta = numbers(weights);
            Map<String, double[]> mean = new LinkedHashMap<>();
            int matrices = 0;
            for (int step = 1; step <= 4; step++) {
                run(weights, optimizer, step, step);
                run(rest, adam, step, step);
                Map<String, double[]> byAdam = numbers(rest);
                for (Parameter weight : weights.all()) {
                    double[] got = weight.tensor().detach().toDoubles();
                    if (!weight.name().matches("decoder\\.\\d.*(query|inner|outer)\\.weight")) {
                        assertThat(got).as(weight.name()).isEqualTo(byAdam.get(weight.name()));
                        continue;
                    }
                    matrices++;
                    int rows = (int) weight.shape().toArray()[0];
                    int columns = (int) weight.shape().toArray()[1];
                    double[] g = weight.tensor().grad().orElseThrow().toDoubles();
                    double[] m = mean.computeIfAbsent(weight.name(), _ -> new double[g.length]);
                    double[] w = Objects.requireNonNull(theta.get(weight.name()));
                    double[] ahead = new double[g.length];
                    for (int i = 0; i < g.length; i++) {
                        m[i] = momentum * m[i] + (1 - momentum) * g[i];
                        ahead[i] = momentum * m[i] + (1 - momentum) * g[i];
                    }
                    double[] orthogonal = orthogonal(ahead, rows, columns);
                    double rate = RATE / step;
                    for (int i = 0; i < g.length; i++) {
                        w[i] -= rate * (height.of(rows, columns) * orthogonal[i] + value.decay() * w[i]);
                        assertThat(got[i]).as(weight.name()).isCloseTo(w[i], within(3e-6));
                    }
                }
            }
            assertThat(matrices).isEqualTo(4 * 4);
        }
    }

    /// Five Newton-Schulz iterations, row by row. Those of a transposed matrix give the transposed result, so
    /// one form serves tall and wide ones.
    private static double[] orthogonal(double[] matrix, int rows, int columns) {
        double norm = Math.sqrt(Arrays.stream(matrix).map(x -> x * x).sum()) + 1e-7;
        double[] x = Arrays.stream(matrix).map(value -> value / norm).toArray();
        for (int i = 0; i < 5; i++) {
            double[] a = product(x, transposed(x, rows, columns), rows, columns, rows);
            double[] aa = product(a, a, rows, rows, rows);
            double[] b = new double[a.length];
            for (int j = 0; j < a.length; j++) {
                b[j] = -4.7750 * a[j] + 2.0315 * aa[j];
            }
            double[] bx = product(b, x, rows, rows, columns);
            for (int j = 0; j < x.length; j++) {
                x[j] = 3.4445 * x[j] + bx[j];
            }
        }
        return x;
    }

    private static double[] transposed(double[] x, int rows, int columns) {
        double[] t = new double[x.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                t[c * rows + r] = x[r * columns + c];
            }
        }
        return t;
    }

    private static double[] product(double[] x, double[] y, int rows, int inner, int columns) {
        double[] z = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < inner; k++) {
                for (int c = 0; c < columns; c++) {
                    z[r * columns + c] += x[r * inner + k] * y[k * columns + c];
                }
            }
        }
        return z;
    }

    @Test
    void plainDescentKeepsNothing() {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = new Sgd(0, Sgd.Momentum.NESTEROV, 0).build(weights.all())) {
            assertThat(optimizer.state()).isEmpty();
            Map<String, double[]> before = numbers(weights);
            run(weights, optimizer, 1, 1);
            for (Parameter weight : weights.all()) {
                double[] g = weight.tensor().grad().orElseThrow().toDoubles();
                double[] w = Objects.requireNonNull(before.get(weight.name()));
                double[] got = weight.tensor().detach().toDoubles();
                for (int i = 0; i < g.length; i++) {
                    assertThat(got[i]).isCloseTo(w[i] - RATE * g[i], within(1e-7));
                }
            }
        }
    }

    @Test
    void heavyBallMomentumIsPyTorchs() {
        try (Weights weights = new Weights()) {
            Parameter weight = weights.add("w", Tensor.of(new float[] {1, -2, 3}));
            double[] w = {1, -2, 3};
            double[] m = new double[3];
            try (Optimizer.Built optimizer = new Sgd(0.8, Sgd.Momentum.HEAVY_BALL, 0).build(weights.all())) {
                for (int step = 1; step <= 4; step++) {
                    run(weights, optimizer, step, step);
                    double[] g = weight.tensor().grad().orElseThrow().toDoubles();
                    for (int i = 0; i < 3; i++) {
                        m[i] = 0.8 * m[i] + g[i];
                        w[i] -= RATE / step * m[i];
                    }
                    assertThat(weight.tensor().detach().toDoubles()).containsExactly(w, within(1e-6));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("learners")
    void findsTheBottomOfABowl(Optimizer optimizer, double rate) {
        try (Weights weights = Weights.small();
                Optimizer.Built built = optimizer.build(weights.all())) {
            DoubleUnaryOperator fall = step -> rate * (1 - step / 301);
            for (int step = 1; step <= 300; step++) {
                for (Parameter weight : weights.all()) {
                    weight.tensor().clearGrad();
                    weight.tensor().square().sum().mul(0.5).backward();
                }
                built.step(fall.applyAsDouble(step));
            }
            numbers(weights).forEach((name, numbers) -> {
                for (double number : numbers) {
                    assertThat(number).as(name).isCloseTo(0, within(0.02));
                }
            });
        }
    }

    static Stream<Arguments> learners() {
        return Stream.of(
                Arguments.of(new Sgd(0.9, Sgd.Momentum.NESTEROV, 0), 0.1),
                Arguments.of(new Adam(0.9, 0.98, 1e-9, 0, Variance.LAST), 0.05),
                Arguments.of(new AdamW(0.9, 0.98, 1e-9, 0), 0.05),
                Arguments.of(new Adagrad(1e-10, 0), 0.5),
                Arguments.of(new Adafactor(Adafactor.Step.ABSOLUTE, 0.8, 0, 1, 0), 0.05),
                Arguments.of(new Lion(0.9, 0.99, 0), 0.02),
                Arguments.of(new Muon(0.9, Muon.Height.AS_ADAM, 0, new AdamW(0.9, 0.95, 1e-8, 0)), 0.05));
    }

    // ---- groups ----

    /// Plain descent on gradients of 1 shows the rate each weight is given.
    private static Map<String, Double> rates(Optimizer optimizer) {
        try (Weights weights = Weights.small();
                Optimizer.Built built = optimizer.build(weights.all())) {
            Map<String, double[]> before = numbers(weights);
            weights.all().forEach(weight -> Weights.gradient(weight, Tensor.ones(weight.shape(), DType.FLOAT32)));
            built.step(0.5);
            Map<String, Double> rates = new LinkedHashMap<>();
            numbers(weights)
                    .forEach((name, now) ->
                            rates.put(name, (Objects.requireNonNull(before.get(name))[0] - now[0]) / 0.5));
            return rates;
        }
    }

    @Test
    void ratesFallWithDepth() {
        Map<String, Double> rates = rates(new Grouped(new Sgd(0, Sgd.Momentum.HEAVY_BALL, 0), List.of(), 0.5));
        Map<String, Double> expected = new LinkedHashMap<>();
        expected.put("embedding.token.weight", 0.125);
        expected.put("decoder.0.attention.query.weight", 0.25);
        expected.put("decoder.0.attention.query.bias", 0.25);
        expected.put("decoder.0.feed.inner.weight", 0.25);
        expected.put("decoder.0.feed.outer.weight", 0.25);
        expected.put("decoder.1.attention.query.weight", 0.5);
        expected.put("decoder.1.feed.norm.weight", 0.5);
        expected.put("decoder.norm.weight", 1.0);
        expected.put("head.weight", 1.0);
        assertThat(rates.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, rate) -> assertThat(rates.get(name)).as(name).isCloseTo(rate, within(1e-5)));
    }

    @Test
    void theFirstGroupThatNamesAWeightTreatsIt() {
        List<Grouped.Group> groups = List.of(
                new Grouped.Group("decoder.0.*", 0, OptionalDouble.empty()),
                new Grouped.Group("*.query.*", 3, OptionalDouble.empty()));
        Map<String, Double> rates = rates(new Grouped(new Sgd(0, Sgd.Momentum.HEAVY_BALL, 0), groups, 1));
        assertThat(rates.get("decoder.0.attention.query.weight")).isZero();
        assertThat(rates.get("decoder.1.attention.query.weight")).isCloseTo(3, within(1e-5));
        assertThat(rates.get("head.weight")).isCloseTo(1, within(1e-5));
    }

    @Test
    void aGroupsDecayActsOnVectorsToo() {
        List<Grouped.Group> groups = List.of(new Grouped.Group("*norm*", 1, OptionalDouble.of(0.5)));
        try (Weights weights = Weights.small();
                Optimizer.Built built = new Grouped(new AdamW(0.9, 0.98, 1e-9, 0), groups, 1).build(weights.all())) {
            Map<String, double[]> before = numbers(weights);
            weights.all().forEach(weight -> Weights.gradient(weight, Tensor.zeros(weight.shape(), DType.FLOAT32)));
            built.step(0.1);
            numbers(weights)
                    .forEach((name, now) -> assertThat(now[0])
                            .as(name)
                            .isCloseTo(
                                    Objects.requireNonNull(before.get(name))[0] * (name.contains("norm") ? 0.95 : 1),
                                    within(1e-7)));
        }
    }

    @Test
    void aGroupThatNamesNothingIsRefused() {
        Grouped optimizer =
                new Grouped(AdamW.EXAMPLE, List.of(new Grouped.Group("encoder.*", 1, OptionalDouble.empty())), 1);
        try (Weights weights = Weights.small()) {
            assertThatThrownBy(() -> optimizer.build(weights.all()))
                    .hasMessage("no weight is named encoder.*; the first is embedding.token.weight, `attend inspect`"
                            + " lists all");
        }
        assertThatThrownBy(() -> new Grouped(optimizer, List.of(), 1)).hasMessageStartingWith("a Grouped in a Grouped");
    }

    // ---- averages ----

    @Test
    void theAverageFollowsItsFormulaAndIsSwappedInAndOut() {
        try (Weights weights = Weights.small();
                Optimizer.Built optimizer = AdamW.EXAMPLE.build(weights.all());
                MovingAverage average = new MovingAverage(weights.all(), 0.3);
                MovingAverage other = new MovingAverage(weights.all(), 0.3)) {
            Map<String, double[]> expected = numbers(weights);
            for (int t = 1; t <= 7; t++) {
                run(weights, optimizer, t, t);
                average.update();
                double kept = Math.min(0.3, (1.0 + t) / (10 + t));
                numbers(weights).forEach((name, now) -> {
                    double[] a = Objects.requireNonNull(expected.get(name));
                    for (int i = 0; i < a.length; i++) {
                        a[i] = kept * a[i] + (1 - kept) * now[i];
                    }
                });
            }
            other.restore(average.state());
            Map<String, double[]> before = numbers(weights);
            try (var _ = average.inPlace()) {
                numbers(weights)
                        .forEach((name, now) -> assertThat(now)
                                .as(name)
                                .containsExactly(Objects.requireNonNull(expected.get(name)), within(1e-6)));
                assertThatThrownBy(average::update).hasMessageStartingWith("the averages stand in the model");
            }
            numbers(weights).forEach((name, now) -> assertThat(now).as(name).isEqualTo(before.get(name)));
            run(weights, optimizer, 8, 8);
            average.update();
            other.update();
            other.state()
                    .forEach((name, tensor) -> assertThat(tensor.toDoubles())
                            .as(name)
                            .isEqualTo(Objects.requireNonNull(average.state().get(name))
                                    .toDoubles()));
            Map<String, Tensor> less = new LinkedHashMap<>(average.state());
            less.remove("head.weight");
            assertThatThrownBy(() -> average.restore(less))
                    .hasMessageStartingWith(
                            "the saved average remembers other weights than the model has: head.weight is"
                                    + " missing");
        }
    }

    @Test
    void refusesImpossibleNumbersByName() {
        assertThatThrownBy(() -> new Lion(1, 0.9, 0)).hasMessage("beta1 1.0 is outside [0, 1.0)");
        assertThatThrownBy(() -> new Sgd(0.9, Sgd.Momentum.NESTEROV, -1))
                .hasMessageStartingWith("decay -1.0 is outside");
        assertThatThrownBy(() -> new Adafactor(Adafactor.Step.RELATIVE, 0, 0, 1, 0))
                .hasMessage("decline 0.0 is outside (0, 1]");
        assertThatThrownBy(() -> new Grouped(AdamW.EXAMPLE, List.of(), 0))
                .hasMessage("layerDecay 0.0 is outside (0, 1]");
    }
}
