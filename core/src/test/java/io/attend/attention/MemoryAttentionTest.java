package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.ArchitectureException;
import io.attend.layer.LayerContract;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.score.Score;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MemoryAttentionTest {
    private static final int MEMORY_WIDTH = 15; // not the width, and in five groups

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(MemoryAttention.class)
                .filter(example -> !example.value().causal()) // refused, below
                .flatMap(example -> LayerContract.of(
                                example.name() + " to a memory",
                                parameters -> example.value()
                                        .cross(parameters, Site.width(WIDTH).withMemory(MEMORY_WIDTH)),
                                AttentionFormulas.cross(example.value()))
                        .remembering(MEMORY_WIDTH)
                        .tests());
    }

    /// Whatever scores a sequence scores a memory.
    @TestFactory
    Stream<DynamicTest> contractOfEveryScore() {
        return Examples.of(Score.class).flatMap(example -> {
            SoftmaxAttention attention = SoftmaxAttention.SHARED.score(example.value());
            return LayerContract.of(
                            example.name() + " on a memory",
                            parameters -> attention.cross(
                                    parameters, Site.width(WIDTH).withMemory(MEMORY_WIDTH)),
                            AttentionFormulas.cross(attention))
                    .remembering(MEMORY_WIDTH)
                    .tests();
        });
    }

    @Test
    void refusesAMaskThatAMemoryHasNoOrderFor() {
        assertThatThrownBy(() -> SoftmaxAttention.CAUSAL.cross(
                        Parameters.root().in("decoder").in("cross"),
                        Site.width(WIDTH).withMemory(MEMORY_WIDTH)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("decoder.cross: a memory has no order that a Causal mask or a NoPosition could act on;"
                        + " cross-attention takes Bidirectional and NoPosition");
    }
}
