package io.attend.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.position.RotaryScaling.Band;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RotaryScalingTest {
    static Stream<Example<RotaryScaling>> scalings() {
        return Examples.of(RotaryScaling.class);
    }

    /// Within the trained length, at it, and far beyond it.
    @ParameterizedTest
    @MethodSource("scalings")
    void isItsFormula(Example<RotaryScaling> example) {
        RotaryScalingFormulas.Formula formula = RotaryScalingFormulas.of(example.value());
        boolean listed = example.value() instanceof LongRopeScaling;
        for (int size : listed ? new int[] {4} : new int[] {2, 4, 10, 94}) {
            for (int length : new int[] {7, 61, 62, 997}) {
                double[] frequencies = example.value().frequencies(new Band(9973, size), length);
                assertThat(frequencies).hasSize(size / 2);
                for (int i = 0; i < frequencies.length; i++) {
                    // two numbers that turn with base 1 have no slow wave to stretch
                    double expected = size == 2 && example.value() instanceof DynamicScaling
                            ? 1
                            : formula.frequency(i, size, 9973, length);
                    assertThat(frequencies[i])
                            .as("%s: wave %s of %s at length %s", example, i, size, length)
                            .isCloseTo(expected, within(1e-12));
                }
            }
        }
        assertThat(example.value().magnitude()).isCloseTo(formula.magnitude(), within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("scalings")
    void saysWhetherItFollowsTheLength(Example<RotaryScaling> example) {
        double[] near = example.value().frequencies(new Band(10_000, 4), 5);
        double[] far = example.value().frequencies(new Band(10_000, 4), 500);
        assertThat(example.value().followsLength()).as(example.name()).isEqualTo(!java.util.Arrays.equals(near, far));
    }

    @Test
    void mscaleIsTheQuotientOfTwo() {
        assertThat(YarnScaling.MSCALE.magnitude())
                .isCloseTo((0.1 * Math.log(4) + 1) / (0.07 * Math.log(4) + 1), within(1e-12));
        assertThat(YarnScaling.mscale(1, 3)).isEqualTo(1);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefused(() -> new LinearScaling(0.5), "factor must be at least 1, not 0.5");
        assertRefused(() -> new LinearScaling(Double.NaN), "factor must be at least 1, not NaN");
        assertRefused(() -> new DynamicScaling(0, 2), "the trained length must be at least 1, not 0");
        assertRefused(
                () -> new YarnScaling(4, 61, 1, 32, OptionalDouble.empty()),
                "slow must be above 0 and below fast, not 32.0 and 1.0");
        assertRefused(() -> YarnScaling.EXAMPLE.attention(0), "the attention factor must be above 0, not 0.0");
        assertRefused(() -> new Llama3Scaling(8, 61, 4, 4), "low must be above 0 and below high, not 4.0 and 4.0");
        assertRefused(
                () -> new LongRopeScaling(4, 61, List.of(1.0), List.of(), OptionalDouble.empty()),
                "there are 1 factors within the trained length and 0 beyond it; give as many of both");
        assertRefused(
                () -> new LongRopeScaling(4, 61, List.of(1.0), List.of(-2.0), OptionalDouble.empty()),
                "a wave's factor must be above 0, not -2.0");
        assertRefused(
                () -> new LongRopeScaling(4, 1, List.of(1.0), List.of(2.0), OptionalDouble.empty()),
                "a trained length of 1 gives no attention factor; name one, or a longer length");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
