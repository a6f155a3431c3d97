package io.attend.activation;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ActivationTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Activation.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                _ -> layer(example.value()),
                                LayerContract.Formula.each((x, _) -> Arrays.stream(x)
                                        .map(ActivationFormulas.of(example.value()))
                                        .toArray()))
                        .tests());
    }

    private static Layer layer(Activation activation) {
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return activation.apply(x);
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(load.rows() * WIDTH * activation.flops());
            }
        };
    }

    /// Far from zero and at zero, where a formula written carelessly overflows or divides.
    @Test
    void areTheirFormulasFarOut() {
        double[] far = {-1e30, -1e4, -40, -6.5, -0.0, 0, 1e-300, 6.5, 8, 40, 1e4, 1e30};
        try (Lifetime _ = Lifetime.open()) {
            Examples.of(Activation.class).forEach(example -> {
                double[] actual = example.value().apply(Tensor.of(far)).toDoubles();
                for (int i = 0; i < far.length; i++) {
                    double expected = ActivationFormulas.of(example.value()).applyAsDouble(far[i]);
                    assertThat(Math.abs(actual[i] - expected))
                            .as("%s(%s) = %s, expected %s", example, far[i], actual[i], expected)
                            .isLessThanOrEqualTo(1e-12 * Math.max(1, Math.abs(expected)));
                }
            });
        }
    }

    @Test
    void costSomething() {
        Examples.of(Activation.class)
                .filter(example -> !(example.value() instanceof Identity))
                .forEach(example ->
                        assertThat(example.value().flops()).as(example.name()).isPositive());
        assertThat(Identity.EXAMPLE.flops()).isZero();
    }

    @Test
    void keepTheElementType() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor half = Tensor.of(new float[] {1, -2}).to(DType.FLOAT16);
            Examples.of(Activation.class)
                    .forEach(example -> assertThat(example.value().apply(half).dtype())
                            .as(example.name())
                            .isEqualTo(DType.FLOAT16));
        }
    }
}
