package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurriculumTest {
    private static final Curriculum CURRICULUM = new Curriculum(0.1, 100);

    /// Lengths 1 to 1009, shuffled.
    private static List<Integer> lengths() {
        List<Integer> lengths =
                new ArrayList<>(IntStream.rangeClosed(1, 1009).boxed().toList());
        Collections.shuffle(lengths, new Random(3));
        return lengths;
    }

    /// The paper's equation 8 at a few steps, by hand.
    @Test
    void theShareIsTheSquareRootOfTheTimeGone() {
        assertThat(CURRICULUM.share(0)).isCloseTo(0.1, within(1e-12));
        assertThat(CURRICULUM.share(25)).isCloseTo(0.50744, within(1e-5)); // √(0.25 · 0.99 + 0.01)
        assertThat(CURRICULUM.share(100)).isCloseTo(1.0, within(1e-12));
        assertThat(CURRICULUM.share(1000)).isEqualTo(1.0);
    }

    @Test
    void aStepDrawsFromTheShortestOnly() {
        List<Integer> lengths = lengths();
        Curriculum.Built built = CURRICULUM.build(lengths, 13, 5);
        Set<Integer> seen = new HashSet<>();
        for (long step = 0; step < 100; step++) {
            List<Integer> batch = built.batch(step).orElseThrow();
            double longest = Math.ceil(CURRICULUM.share(step) * 1009);
            assertThat(batch)
                    .hasSize(13)
                    .doesNotHaveDuplicates()
                    .allSatisfy(i -> assertThat((double) lengths.get(i)).isLessThanOrEqualTo(longest));
            seen.addAll(batch);
        }
        assertThat(seen).hasSizeGreaterThan(500); // and not always the same
        assertThat(seen.stream().mapToInt(lengths::get).max().orElseThrow()).isGreaterThan(900);
        assertThat(built.batch(100)).isEmpty();
    }

    @Test
    void theSameSeedAndStepDrawTheSame() {
        Curriculum.Built built = CURRICULUM.build(lengths(), 13, 5);
        assertThat(CURRICULUM.build(lengths(), 13, 5).batch(7)).isEqualTo(built.batch(7));
        assertThat(CURRICULUM.build(lengths(), 13, 11).batch(7)).isNotEqualTo(built.batch(7));
        assertThat(built.batch(8)).isNotEqualTo(built.batch(7));
    }

    @Test
    void aBatchLargerThanTheShareTakesWhatItNeeds() {
        assertThat(CURRICULUM.build(List.of(3, 1, 2), 13, 5).batch(0).orElseThrow())
                .containsExactlyInAnyOrder(0, 1, 2);
    }
}
