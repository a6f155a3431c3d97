package io.attend.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.TensorFile;
import io.attend.layer.Parameter;
import io.attend.schedule.Constant;
import io.attend.schedule.RelativeStep;
import io.attend.schedule.Schedule;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Trajectories of optimizers against those of PyTorch and Hugging Face: see golden/README.md.
class StepsTest {
    private static final Path FILE = Path.of("src", "test", "resources", "golden", "steps.safetensors");
    private static final int STEPS = 5;
    private static final Schedule CENTI = new Constant(1e-2);

    private record Run(Optimizer optimizer, Schedule schedule) {}

    /// Ours for each of theirs; what is not here fails by name.
    private static final Map<String, Run> OURS = Map.ofEntries(
            Map.entry("adafactor_fixed", new Run(adafactor(Adafactor.Step.ABSOLUTE, 0.8, 0, 1, 0), CENTI)),
            Map.entry(
                    "adafactor_fixed_scaled_wd_beta1",
                    new Run(adafactor(Adafactor.Step.RELATIVE, 0.6, 0.9, 0.7, 0.1), CENTI)),
            Map.entry(
                    "adafactor_relative",
                    new Run(adafactor(Adafactor.Step.RELATIVE, 0.8, 0, 1, 0), new RelativeStep(0.01, 0))),
            Map.entry(
                    "adafactor_relative_warmup",
                    new Run(adafactor(Adafactor.Step.RELATIVE, 0.8, 0, 1, 0), new RelativeStep(0.01, 10_000))),
            Map.entry("adagrad", new Run(new Adagrad(1e-10, 0), new Constant(0.1))),
            Map.entry("adam_l2", new Run(decayed(new Adam(0.9, 0.98, 1e-9, 0, Variance.LAST), 0.05), CENTI)),
            Map.entry("adamw", new Run(decayed(new AdamW(0.9, 0.98, 1e-6, 0), 0.05), CENTI)),
            Map.entry("adamw_default", new Run(decayed(new AdamW(0.9, 0.999, 1e-8, 0), 0.01), new Constant(1e-3))),
            Map.entry("adamw_amsgrad", new Run(decayed(new AdamW(0.9, 0.999, 1e-8, 0, Variance.LARGEST), 0.01), CENTI)),
            Map.entry("sgd_momentum_nesterov", new Run(decayed(new Sgd(0.9, Sgd.Momentum.NESTEROV, 0), 0.01), CENTI)));

    private static Optimizer adafactor(Adafactor.Step step, double decline, double beta1, double clip, double decay) {
        return decayed(new Adafactor(step, decline, beta1, clip, 0), decay);
    }

    /// The references decay vectors too.
    private static Optimizer decayed(Optimizer optimizer, double decay) {
        return new Grouped(optimizer, List.of(new Grouped.Group("*", 1, OptionalDouble.of(decay))), 1);
    }

    private final Lifetime lifetime = Lifetime.open();
    private final Map<String, Tensor> given = TensorFile.read(FILE);

    @AfterEach
    void close() {
        lifetime.close();
    }

    private Tensor given(String name) {
        return Objects.requireNonNull(given.get(name), name);
    }

    static Stream<String> theirs() {
        try (Lifetime _ = Lifetime.open()) {
            return TensorFile.read(FILE).keySet().stream()
                    .filter(name -> name.startsWith("optim.") && !name.startsWith("optim.in."))
                    .map(name -> name.split("\\.")[1])
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("theirs")
    void isTheReference(String name) {
        Run run = Objects.requireNonNull(OURS.get(name), "no optimizer of ours is compared with " + name);
        Set<String> kinds = Set.of("matrix", "vector");
        try (Weights weights = new Weights()) {
            kinds.forEach(kind -> weights.add(kind, given("optim.in." + kind)));
            try (Optimizer.Built optimizer = run.optimizer.build(weights.all())) {
                for (int step = 1; step <= STEPS; step++) {
                    for (Parameter weight : weights.all()) {
                        Weights.gradient(
                                weight,
                                given("optim.in." + weight.name() + "_grads").select(0, step - 1));
                    }
                    optimizer.step(run.schedule.rate(step, STEPS));
                    for (Parameter weight : weights.all()) {
                        double[] expected = given("optim." + name + "." + weight.name())
                                .select(0, step - 1)
                                .toDoubles();
                        double[] got = weight.tensor().detach().toDoubles();
                        for (int i = 0; i < got.length; i++) {
                            assertThat(got[i])
                                    .as("%s, %s[%d] after step %d", name, weight.name(), i, step)
                                    .isCloseTo(expected[i], within(1e-6));
                        }
                    }
                }
            }
        }
    }

    @Test
    void nothingIsComparedWithNothing() {
        assertThat(theirs()).containsExactlyInAnyOrderElementsOf(OURS.keySet());
    }

    @Test
    void clippingByNormIsTheReference() {
        try (Weights weights = new Weights()) {
            for (String kind : List.of("matrix", "vector")) {
                Parameter weight = weights.add(kind, given("optim.in." + kind));
                Weights.gradient(weight, given("optim.in." + kind + "_grads").select(0, 0));
            }
            weights.add("idle", Tensor.of(new float[] {1, 2})); // has no gradient
            List<Tensor> tensors = weights.all().stream().map(Parameter::tensor).toList();
            double total = given("clip_norm.total").item();
            assertThat(Gradients.norm(tensors)).isCloseTo(total, within(1e-6));
            assertThat(Gradients.clip(tensors, 1)).isCloseTo(total, within(1e-6));
            for (int i = 0; i < 2; i++) {
                Parameter weight = weights.all().get(i);
                assertThat(weight.tensor().grad().orElseThrow().toDoubles())
                        .containsExactly(given("clip_norm." + weight.name()).toDoubles(), within(1e-7));
            }
            assertThat(Gradients.clip(tensors, 7)).as("left alone").isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void clippingByValueHoldsEveryNumberWithinIt() {
        try (Weights weights = new Weights()) {
            Parameter weight = weights.add("w", Tensor.of(new float[] {1, 1, 1, 1}));
            Weights.gradient(weight, Tensor.of(new float[] {3, -0.25f, -4, 0.5f}));
            List<Tensor> tensors = List.of(weight.tensor());
            assertThat(Gradients.clipValue(tensors, 0.5)).isCloseTo(Math.sqrt(25.3125), within(1e-6));
            assertThat(weight.tensor().grad().orElseThrow().toDoubles()).containsExactly(0.5, -0.25, -0.5, 0.5);
        }
    }
}
