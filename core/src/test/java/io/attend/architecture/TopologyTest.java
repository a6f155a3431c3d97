package io.attend.architecture;

import io.attend.model.ModelContract;
import io.attend.model.SmallModels;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class TopologyTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return SmallModels.all().flatMap(example -> ModelContract.of(example).tests());
    }
}
