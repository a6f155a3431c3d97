package io.attend.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.TensorFile;
import io.attend.tensor.Lifetime;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
    private static final Map<String, double[]> REFERENCE = reference();

    /// Ours for each of theirs; what is not here fails by name.
    private static final Map<String, Run> OURS = Map.ofEntries(
            Map.entry("constant", new Run(new Constant(0.4), 50)),
            Map.entry("constant_with_warmup", new Run(new Constant(0.4, 10), 50)),
            Map.entry("linear", new Run(new Linear(0.4, 10, 0), 50)),
            Map.entry("cosine", new Run(new Cosine(0.4, 10), 50)),
            Map.entry("cosine_half2", new Run(new Cosine(0.4, 10, 2, 0), 50)),
            Map.entry("cosine_with_restarts3", new Run(new CosineRestarts(0.4, 10, 3, 0), 50)),
            Map.entry("inverse_sqrt", new Run(new InverseSquareRoot(0.4, 10), 50)),
            Map.entry("inverse_sqrt_ts20", new Run(new InverseSquareRoot(0.4, 10, OptionalInt.of(20)), 50)),
            Map.entry("polynomial_p2_end1e-3", new Run(new Polynomial(0.4, 10, 2, 1e-3), 40)),
            Map.entry("wsd", new Run(new WarmupStableDecay(0.4, 10, WarmupStableDecay.Fall.COSINE, 15, 0.04), 45)),
            Map.entry("noam_factor_d512_w10", new Run(new Noam(512, 1, 10), 50)));

    private record Run(Schedule schedule, long steps) {}

    private static Map<String, double[]> reference() {
        try (Lifetime _ = Lifetime.open()) {
            return TensorFile.read(Path.of("src", "test", "resources", "golden", "steps.safetensors"))
                    .entrySet()
                    .stream()
                    .filter(e -> e.getKey().startsWith("schedule.")
                            && !e.getKey().equals("schedule.meta.steps_warmup_baselr"))
                    .collect(Collectors.toMap(
                            e -> e.getKey().substring("schedule.".length()),
                            e -> e.getValue().toDoubles()));
        }
    }

    static Stream<String> theirs() {
        return new TreeMap<>(REFERENCE).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("theirs")
    void isTheReference(String name) {
        Run ours = Objects.requireNonNull(OURS.get(name), "no schedule of ours is compared with " + name);
        double[] expected = Objects.requireNonNull(REFERENCE.get(name));
        assertThat(expected).hasSize(50);
        for (int step = 1; step < 50; step++) {
            assertThat(ours.schedule.rate(step, ours.steps))
                    .as("%s at step %d", name, step)
                    .isCloseTo(expected[step], within(1e-14));
        }
    }

    @Test
    void nothingIsComparedWithNothing() {
        assertThat(OURS.keySet()).isEqualTo(REFERENCE.keySet());
    }

    @Test
    void theTwoFormsOfThePapersScheduleAreOneCurve() {
        Noam paper = new Noam(512, 1, 4000);
        InverseSquareRoot named = new InverseSquareRoot(1 / Math.sqrt(512.0 * 4000), 4000);
        for (long t : new long[] {1, 17, 3999, 4000, 4001, 100_000}) {
            assertThat(named.rate(t, 100_000)).isCloseTo(paper.rate(t, 100_000), within(1e-15));
        }
    }

    @Test
    void adafactorsRelativeStepIsThePapers() {
        RelativeStep plain = new RelativeStep(0.01, 0);
        RelativeStep warm = new RelativeStep(0.01, 10_000);
        for (long t : new long[] {1, 7, 9_999, 10_000, 10_001, 1_000_000}) {
            assertThat(plain.rate(t, 0)).isCloseTo(Math.min(1e-2, 1 / Math.sqrt(t)), within(1e-15));
            assertThat(warm.rate(t, 0)).isCloseTo(Math.min(1e-6 * t, 1 / Math.sqrt(t)), within(1e-15));
        }
    }

    @Test
    void theFallsOfThePlateauEndWhereTheyShould() {
        for (WarmupStableDecay.Fall fall : WarmupStableDecay.Fall.values()) {
            WarmupStableDecay schedule = new WarmupStableDecay(0.5, 10, fall, 20, 0.1);
            assertThat(schedule.rate(80, 100)).isEqualTo(0.5);
            assertThat(schedule.rate(100, 100)).isCloseTo(0.1, within(1e-15));
        }
        assertThat(new WarmupStableDecay(0.5, 10, WarmupStableDecay.Fall.LINEAR, 20, 0.1).rate(85, 100))
                .isCloseTo(0.4, within(1e-15));
        assertThat(new WarmupStableDecay(0.5, 10, WarmupStableDecay.Fall.SQUARE_ROOT, 20, 0.1).rate(85, 100))
                .isCloseTo(0.3, within(1e-15));
    }

    @Test
    void aLargerBatchScalesTheRate() {
        Schedule four = new BatchScaled(new Constant(0.1), 4, BatchScaled.Rule.LINEAR);
        Schedule two = new BatchScaled(new Constant(0.1), 4, BatchScaled.Rule.SQUARE_ROOT);
        assertThat(four.rate(3, 5)).isEqualTo(0.4);
        assertThat(two.rate(3, 5)).isEqualTo(0.2);
    }

    static Stream<Example<Schedule>> examples() {
        return Examples.of(Schedule.class);
    }

    /// Short runs too: shorter than the warm-up, of one step, and steps past the end of a lengthened run.
    @ParameterizedTest
    @MethodSource("examples")
    void everyRateIsFiniteAndNotNegative(Example<Schedule> example) {
        for (long steps : new long[] {1, 2, 100, 101, 5_000}) {
            for (long step = 1; step <= steps + 3; step++) {
                assertThat(example.value().rate(step, steps))
                        .as("step %d of %d", step, steps)
                        .isFinite()
                        .isNotNegative();
            }
            assertThat(example.value().rate(1, steps)).isPositive();
        }
    }

    @Test
    void refusesImpossibleNumbersByName() {
        assertThatThrownBy(() -> new Linear(0, 1, 0)).hasMessage("peak must be positive, not 0.0");
        assertThatThrownBy(() -> new Cosine(1, -1)).hasMessage("warmup must be at least 0 steps, not -1");
        assertThatThrownBy(() -> new Linear(0.1, 0, 0.2)).hasMessage("end 0.2 is outside [0, 0.1], the peak");
        assertThatThrownBy(() -> new InverseSquareRoot(1, 0))
                .hasMessage("warmup must be at least 1 step without a timescale, not 0");
        assertThatThrownBy(() -> new Constant(Double.NaN)).hasMessage("rate must be positive, not NaN");
    }
}
