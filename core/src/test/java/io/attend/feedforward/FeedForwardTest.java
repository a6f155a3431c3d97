package io.attend.feedforward;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.layer.LayerContract;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FeedForwardTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(FeedForward.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                FeedForwardFormulas.of(example.value()))
                        .tests());
    }
}
