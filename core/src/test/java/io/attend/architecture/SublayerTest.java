package io.attend.architecture;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.layer.LayerContract;
import io.attend.layer.Site;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class SublayerTest {
    private static final int MEMORY_WIDTH = 11;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Sublayer.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value()
                                        .build(parameters, Site.width(WIDTH).withMemory(MEMORY_WIDTH)),
                                SublayerFormulas.of(example.value()))
                        .causal(example.value().causal())
                        .remembering(MEMORY_WIDTH)
                        .tests());
    }
}
