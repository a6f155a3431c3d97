package io.attend.norm;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.layer.LayerContract;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class NormTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Norm.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                LayerContract.Formula.each((x, numbers) ->
                                        NormFormulas.of(example.value()).apply(x, numbers)))
                        .tests());
    }
}
