package io.attend.head;

import static io.attend.layer.LayerContract.WIDTH;

import io.attend.embedding.DenseTable;
import io.attend.embedding.Table;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Parameters;
import io.attend.value.Examples;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class HeadTest {
    private static final DenseTable WORDS = DenseTable.EXAMPLE;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Head.class)
                .flatMap(example -> LayerContract.of(
                                example.name(), parameters -> layer(example.value(), parameters), (x, numbers, _) -> {
                                    double[][] table = numbers.in("table").matrix("weight", WIDTH);
                                    return Stream.of(x)
                                            .map(row -> HeadFormulas.of(example.value())
                                                    .apply(row, numbers.in("head"), table))
                                            .toArray(double[][]::new);
                                })
                        .tests());
    }

    private static Layer layer(Head head, Parameters parameters) {
        Table.Built table = WORDS.build(parameters.in("table"), WIDTH, Optional.empty());
        return head.build(parameters.in("head"), WIDTH, Optional.of(table));
    }
}
