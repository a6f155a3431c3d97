package io.attend.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AutocastTest {
    private static Autocast open(DType products) {
        return Autocast.open(Device.Kind.CPU, Optional.of(products));
    }

    @Test
    void productsAreHalvesWhileOpenAndGradientsOfWeightsStayWhole() {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(3)) {
            Tensor x = random.normal(Shape.of(5, 7), 0, 1);
            Tensor weight = random.normal(Shape.of(11, 7), 0, 1).requiresGrad(true);
            Tensor y;
            try (Autocast _ = open(DType.BFLOAT16)) {
                y = x.linear(weight);
                assertThat(Autocast.products(Device.Kind.CPU)).hasValue(DType.BFLOAT16);
                try (Autocast _ = Autocast.open(Device.Kind.CPU, Optional.empty())) {
                    assertThat(x.linear(weight).dtype()).isEqualTo(DType.FLOAT32);
                }
                assertThat(x.matmul(weight.transpose(0, 1)).dtype()).isEqualTo(DType.BFLOAT16);
            }
            assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(Autocast.products(Device.Kind.CPU)).isEmpty();
            assertThat(x.linear(weight).dtype()).isEqualTo(DType.FLOAT32);
            y.to(DType.FLOAT32).sum().backward();
            assertThat(weight.grad().orElseThrow().dtype()).isEqualTo(DType.FLOAT32);
        }
    }

    /// The engine's cache of halved weights would hand out the one made here, which has no gradient.
    @Test
    void aWeightFirstUsedWithoutAGradientStillGetsOne() {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(3);
                Autocast _ = open(DType.BFLOAT16)) {
            Tensor x = random.normal(Shape.of(5, 7), 0, 1);
            Tensor weight = random.normal(Shape.of(11, 7), 0, 1).requiresGrad(true);
            try (NoGradient _ = NoGradient.open()) {
                x.linear(weight);
            }
            x.linear(weight).to(DType.FLOAT32).sum().backward();
            assertThat(weight.grad()).isPresent();
        }
    }
}
