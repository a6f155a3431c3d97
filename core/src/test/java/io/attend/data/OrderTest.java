package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final List<Integer> LENGTHS =
            IntStream.range(0, 103).map(i -> i * 7 % 31).boxed().toList();

    @Test
    void everyEpochSeesEveryExampleOnceButForThoseThatFillNoBatch() {
        Order order = new Order(LENGTHS, 5, 11);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                assertThat(order.batch(20L * epoch + i)).hasSize(5);
                seen.addAll(order.batch(20L * epoch + i));
            }
            assertThat(new HashSet<>(seen)).hasSameSizeAs(seen).hasSize(100);
        }
        assertThat(order.epoch(30)).isEqualTo(1.5);
    }

    @Test
    void theBatchOfAStepDoesNotDependOnTheStepsBefore() {
        Order walked = new Order(LENGTHS, 5, 11);
        List<List<Integer>> all = IntStream.range(0, 60).mapToObj(walked::batch).toList();
        assertThat(new Order(LENGTHS, 5, 11).batch(47)).isEqualTo(all.get(47));
        assertThat(IntStream.range(0, 20).mapToObj(walked::batch).toList()).isEqualTo(all.subList(0, 20));
        assertThat(all.subList(0, 20)).isNotEqualTo(all.subList(20, 40));
        assertThat(new Order(LENGTHS, 5, 13).batch(0)).isNotEqualTo(all.getFirst());
    }

    @Test
    void examplesOfABatchHaveSimilarLengths() {
        Order order = new Order(LENGTHS, 5, 11);
        double spread = IntStream.range(0, 20)
                .map(i -> {
                    var lengths = order.batch(i).stream().mapToInt(LENGTHS::get).summaryStatistics();
                    return lengths.getMax() - lengths.getMin();
                })
                .average()
                .orElseThrow();
        assertThat(spread).isLessThan(3); // of a possible 30; 20 or so at random
    }

    @Test
    void aBatchLargerThanTheDataIsTheData() {
        assertThat(new Order(List.of(1, 2, 3), 64, 1).batch(5)).containsExactlyInAnyOrder(0, 1, 2);
    }
}
