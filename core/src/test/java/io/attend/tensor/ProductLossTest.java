package io.attend.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The chunked loss against the engine's own of all scores, over several chunks of which the last is shorter.
class ProductLossTest {
    private static final int ROWS = 653;
    private static final int INPUTS = 7;
    private static final int CLASSES = 8209; // 256 rows at a time
    private static final long IGNORED = -100;

    private record Given(Tensor x, Tensor weight, Optional<Tensor> bias, Tensor classes) {
        static Given random(DType type, boolean bias, int ignoredOf) {
            try (Random random = Random.seeded(7)) {
                long[] classes = new long[ROWS];
                for (int i = 0; i < ROWS; i++) {
                    classes[i] = i % 11 < ignoredOf ? IGNORED : i * 7919L % CLASSES;
                }
                return new Given(
                        learned(random.normal(Shape.of(ROWS, INPUTS), 0, 1), type),
                        learned(random.normal(Shape.of(CLASSES, INPUTS), 0, 1), type),
                        bias ? Optional.of(learned(random.normal(Shape.of(CLASSES), 0, 1), type)) : Optional.empty(),
                        Tensor.of(classes, ROWS));
            }
        }

        private static Tensor learned(Tensor numbers, DType type) {
            return numbers.to(type).detach().requiresGrad(true);
        }

        Tensor chunked(double smoothing) {
            return ProductLoss.of(x, weight, bias, classes, IGNORED, smoothing);
        }

        Tensor whole(double smoothing) {
            Tensor scores = bias.isPresent() ? x.linear(weight, bias.get()) : x.linear(weight);
            return scores.crossEntropy(classes, IGNORED, smoothing);
        }

        List<Tensor> gradients() {
            return Stream.concat(Stream.of(x, weight), bias.stream())
                    .map(tensor -> tensor.grad().orElseThrow())
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true, 0", "0.1, false, 4", "0.3, true, 10"})
    void equalsTheLossOfAllScores(double smoothing, boolean bias, int ignoredOf) {
        try (Lifetime _ = Lifetime.open()) {
            Given one = Given.random(DType.FLOAT64, bias, ignoredOf);
            Given other = Given.random(DType.FLOAT64, bias, ignoredOf);
            Tensor chunked = one.chunked(smoothing);
            Tensor whole = other.whole(smoothing);
            assertThat(chunked.item()).isCloseTo(whole.item(), within(1e-12));
            chunked.mul(3).add(chunked.square()).backward(); // the loss may be a part of another
            whole.mul(3).add(whole.square()).backward();
            for (int i = 0; i < one.gradients().size(); i++) {
                Tensor difference = one.gradients().get(i).sub(other.gradients().get(i));
                assertThat(difference
                                .abs()
                                .flatten(0, -1)
                                .amax(0, Tensor.Axis.DROPPED)
                                .item())
                        .isLessThan(1e-12);
            }
        }
    }

    @Test
    void whatIsNotLearnedGetsNoGradient() {
        try (Lifetime _ = Lifetime.open()) {
            Given given = Given.random(DType.FLOAT32, true, 0);
            given.weight().requiresGrad(false);
            given.chunked(0).backward();
            assertThat(given.weight().grad()).isEmpty();
            assertThat(given.x().grad()).isPresent();
            try (NoGradient _ = NoGradient.open()) {
                assertThat(given.chunked(0.1).requiresGrad()).isFalse();
                assertThat(given.chunked(0.1).item()).isCloseTo(given.whole(0.1).item(), within(1e-5));
            }
        }
    }

    @Test
    void halfPrecisionSumsInFull() {
        try (Lifetime _ = Lifetime.open()) {
            Given half = Given.random(DType.BFLOAT16, true, 3);
            Given full = new Given(
                    half.x().to(DType.FLOAT32),
                    half.weight().to(DType.FLOAT32),
                    half.bias().map(b -> b.to(DType.FLOAT32)),
                    half.classes());
            Tensor loss = half.chunked(0.1);
            assertThat(loss.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(loss.item()).isCloseTo(full.whole(0.1).item(), within(0.01));
            loss.backward();
            assertThat(half.gradients())
                    .allSatisfy(gradient -> assertThat(gradient.dtype()).isEqualTo(DType.BFLOAT16));
        }
    }

    @Test
    void nothingAskedIsNoNumberAndAWrongClassAnError() {
        try (Lifetime _ = Lifetime.open()) {
            Given given = Given.random(DType.FLOAT32, false, 11);
            assertThat(given.chunked(0).item()).isNaN();
            Given wrong = new Given(
                    given.x().narrow(0, 0, 1), given.weight(), Optional.empty(), Tensor.of(new long[] {CLASSES}, 1));
            assertThatThrownBy(() -> wrong.chunked(0)).isInstanceOf(TensorException.class);
        }
    }
}
