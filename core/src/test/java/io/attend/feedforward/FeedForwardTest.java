package io.attend.feedforward;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.activation.Relu;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FeedForwardTest {
    /// Half of the hidden numbers go, the others double, and only in training.
    @Test
    void dropsHiddenNumbersInTrainingOnly() {
        int hidden = 997;
        DenseFeedForward value = new DenseFeedForward(hidden, new Relu(), Bias.NONE, 0.5);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(5);
                Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, 1), DType.FLOAT32)) {
            bench.weights().forEach(weight -> weight.fill_(1)); // y counts the hidden numbers that are left
            Tensor ones = Tensor.ones(Shape.of(1, 1, 1), DType.FLOAT32);
            assertThat(bench.built().forward(ones, Context.inference()).item()).isEqualTo(hidden);
            double left = bench.built().forward(ones, Context.training(random)).item() / 2;
            assertThat(left).isBetween(0.42 * hidden, 0.58 * hidden).isEqualTo(Math.rint(left));
        }
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(FeedForward.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                FeedForwardFormulas.of(example.value()))
                        .causal(example.value().causal())
                        .tests());
    }
}
