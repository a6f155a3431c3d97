package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.layer.LayerContract;
import io.attend.layer.Site;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class AttentionTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Attention.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().self(parameters, Site.width(WIDTH)),
                                AttentionFormulas.self(example.value()))
                        .causal(example.value().causal())
                        .tests());
    }
}
