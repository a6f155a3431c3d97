package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
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

    @Test
    void examplesOfOneLengthAreShuffledWithoutBeingWrittenDown() {
        Order order = new Order(Collections.nCopies(1_000_000_007, 64), 3, 11);
        assertThat(order.batch(333_333_334)).hasSize(3).allMatch(i -> i >= 0 && i < 1_000_000_007);
        Order small = new Order(Collections.nCopies(103, 7), 5, 11);
        List<Integer> seen = new ArrayList<>();
        for (int i = 20; i < 40; i++) {
            seen.addAll(small.batch(i));
        }
        assertThat(new HashSet<>(seen)).hasSize(100);
        assertThat(seen.subList(0, 5)).isNotEqualTo(small.batch(0));
    }

    /// A batch padded to its longest source or target has at most so many tokens, and the next example would
    /// not
    /// fit; every epoch sees every example; the batch of a step does not depend on where the run began.
    @Test
    void aBatchMayHaveSoManyTokens() {
        List<Integer> targets =
                IntStream.range(0, 103).map(i -> 1 + i * 11 % 37).boxed().toList();
        List<Integer> sources = LENGTHS.stream().map(length -> length + 1).toList();
        Order order = new Order(sources, targets, Batching.tokens(97), 11);
        List<Integer> seen = new ArrayList<>();
        long step = 0;
        for (; order.epoch(step) < 3; step++) {
            List<Integer> batch = order.batch(step);
            int longest = batch.stream()
                    .mapToInt(i -> Math.max(sources.get(i), targets.get(i)))
                    .max()
                    .orElseThrow();
            assertThat(batch.size() * longest).isLessThanOrEqualTo(97);
            seen.addAll(batch);
        }
        assertThat(seen).hasSize(3 * 103);
        assertThat(new HashSet<>(seen.subList(0, 103))).hasSize(103);
        assertThat(step).as("37 would do if all were equally long").isBetween(3 * 20L, 3 * 45L);
        assertThat(new Order(sources, targets, Batching.tokens(97), 11).batch(step - 1))
                .isEqualTo(order.batch(step - 1));
        assertThatThrownBy(() -> new Order(sources, targets, Batching.tokens(31), 11))
                .hasMessage("example 4 has 34 tokens, more than the 31 of a batch; give tokens a larger number, or"
                        + " shorter examples");
    }

    @Test
    void batchesOfPairsArePaddedLessWhenBothLengthsCount() {
        SplittableRandom random = new SplittableRandom(3);
        List<Integer> sources = random.ints(5_000, 1, 41).boxed().toList();
        List<Integer> targets = sources.stream()
                .map(length -> Math.max(1, length + random.nextInt(-10, 11)))
                .toList();
        assertThat(padded(new Order(sources, targets, Batching.examples(16), 5), sources, targets))
                .isLessThan(padded(new Order(sources, 16, 5), sources, targets) * 19 / 20);
    }

    private static long padded(Order order, List<Integer> sources, List<Integer> targets) {
        return IntStream.range(0, 5_000 / 16)
                .mapToLong(step -> {
                    List<Integer> batch = order.batch(step);
                    return batch.size()
                            * (batch.stream().mapToLong(sources::get).max().orElseThrow()
                                    + batch.stream()
                                            .mapToLong(targets::get)
                                            .max()
                                            .orElseThrow());
                })
                .sum();
    }
}
