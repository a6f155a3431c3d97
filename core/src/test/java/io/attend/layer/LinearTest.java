package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinearTest {
    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    @Test
    void multipliesAndAdds() {
        for (Bias bias : Bias.values()) {
            try (Bench<Linear> bench = Bench.of(
                    parameters -> new Linear(parameters, Linear.Size.from(5).to(3), bias))) {
                Tensor x = Grids.random(1, 2, 7, 5);
                double[][][] expected = new double[2][7][];
                for (int b = 0; b < 2; b++) {
                    for (int t = 0; t < 7; t++) {
                        expected[b][t] = bench.numbers().linear(Grids.of(x)[b][t], bias);
                    }
                }
                Grids.assertEqual("bias " + bias, bench.built().forward(x), expected, 1e-12);
                assertThat(bench.built().flops(11)).isEqualTo(2.0 * 11 * 5 * 3);
                assertThat(bench.parameters()).hasSize(bias == Bias.ADDED ? 2 : 1);
            }
        }
    }

    /// As a convolution of kernel 1 with groups: each part of the output sees only its part of the input.
    @Test
    void multipliesInGroups() {
        for (Bias bias : Bias.values()) {
            try (Bench<Linear> bench = Bench.of(parameters ->
                    new Linear(parameters, Linear.Size.from(15).to(21).groups(3), bias))) {
                assertThat(bench.built().weight().shape()).isEqualTo(Shape.of(21, 5));
                assertThat(bench.built().groups()).isEqualTo(3);
                Tensor x = Grids.random(1, 2, 7, 15);
                double[][][] expected = new double[2][7][];
                for (int b = 0; b < 2; b++) {
                    for (int t = 0; t < 7; t++) {
                        expected[b][t] = bench.numbers().linear(Grids.of(x)[b][t], bias, 3);
                    }
                }
                Grids.assertEqual("bias " + bias, bench.built().forward(x), expected, 1e-12);
                assertThat(bench.built().flops(11)).isEqualTo(2.0 * 11 * 15 * 21 / 3);
            }
        }
        assertThatThrownBy(() -> Linear.Size.from(15).groups(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a product needs at least 1 group, not 0");
    }

    /// Adapters and quantisation take the place of one product by its path and are given the one before.
    @Test
    void isWrappedByItsPath() {
        Parameters parameters = Parameters.root();
        Linear one = new Linear(parameters.in("one"), Linear.Size.from(5).to(5), Bias.NONE);
        Linear other = new Linear(parameters.in("other"), Linear.Size.from(5).to(5), Bias.NONE);
        parameters.all().forEach(parameter -> Bench.fill(parameter, io.attend.tensor.DType.FLOAT64));
        Tensor x = Grids.random(1, 2, 7, 5);
        Tensor before = one.forward(x);
        Tensor untouched = other.forward(x);
        Linear found = parameters.linears().get("one");
        assertThat(found).isSameAs(one);
        found.wrap(product -> input -> product.apply(input).mul(2));
        found.wrap(product -> input -> product.apply(input).add(1));
        assertThat(Grids.difference(one.forward(x), before.mul(2).add(1))).isLessThan(1e-12);
        assertThat(Grids.difference(other.forward(x), untouched)).isZero();
        parameters.close();
    }

    @Test
    void aNameIsGivenOnce() {
        Parameters parameters = Parameters.root();
        parameters.in("a").weight("weight", Shape.of(1), Initializer.ONES);
        assertThatThrownBy(() -> parameters.in("a").weight("weight", Shape.of(1), Initializer.ONES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("two parameters are named a.weight");
    }

    /// Glorot and Bengio (2010): uniform in ±√(6 / (inputs + outputs)), whose variance is 2 / (inputs +
    /// outputs).
    @Test
    void startsAsItsPaperSays() {
        try (Random random = Random.seeded(1)) {
            double[] weights =
                    Initializer.GLOROT.make(Shape.of(101, 211), random).toDoubles();
            double bound = Math.sqrt(6.0 / (101 + 211));
            assertThat(Arrays.stream(weights).max().orElseThrow()).isBetween(0.99 * bound, bound);
            assertThat(Arrays.stream(weights).min().orElseThrow()).isBetween(-bound, -0.99 * bound);
            double[] normal =
                    Initializer.normal(0.02).make(Shape.of(101, 211), random).toDoubles();
            double variance = Arrays.stream(normal).map(v -> v * v).average().orElseThrow();
            assertThat(Math.sqrt(variance)).isBetween(0.0196, 0.0204);
            assertThat(Initializer.ZEROS.make(Shape.of(3), random).toDoubles()).containsOnly(0);
            assertThat(Initializer.ONES.make(Shape.of(3), random).toDoubles()).containsOnly(1);
        }
    }
}
