package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.layer.LayerContract;
import io.attend.layer.Site;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class MemoryAttentionTest {
    private static final int MEMORY_WIDTH = 11;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(MemoryAttention.class)
                .flatMap(example -> LayerContract.of(
                                example.name() + " to a memory",
                                parameters -> example.value()
                                        .cross(parameters, Site.width(WIDTH).withMemory(MEMORY_WIDTH)),
                                AttentionFormulas.cross(example.value()))
                        .remembering(MEMORY_WIDTH)
                        .tests());
    }
}
