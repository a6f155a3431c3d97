package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 16, 17, 1009, 65_537})
    void everyNumberStandsAtOnePlace(long count) {
        Permutation shuffle = new Permutation(count, 7);
        assertThat(LongStream.range(0, count).map(shuffle::at).sorted().toArray())
                .isEqualTo(LongStream.range(0, count).toArray());
    }

    /// Of 13 numbers each is at each place about as often: chi-squared of 12 degrees is below 40 but once in
    /// 10,000.
    @Test
    void everyPlaceIsAsLikely() {
        int count = 13;
        int seeds = 20_000;
        int[][] seen = new int[count][count];
        for (int seed = 0; seed < seeds; seed++) {
            Permutation shuffle = new Permutation(count, seed);
            for (int place = 0; place < count; place++) {
                seen[place][(int) shuffle.at(place)]++;
            }
        }
        double expected = (double) seeds / count;
        for (int[] place : seen) {
            double chi = 0;
            for (int times : place) {
                chi += (times - expected) * (times - expected) / expected;
            }
            assertThat(chi).isLessThan(40);
        }
    }

    @Test
    void neighboursAreTornApart() {
        Permutation shuffle = new Permutation(1_000_003, 5);
        long near = LongStream.range(0, 10_000)
                .filter(i -> Math.abs(shuffle.at(i) - shuffle.at(i + 1)) < 10_000)
                .count();
        assertThat(near).isBetween(100L, 300L); // 199 by chance
        assertThat(new Permutation(1L << 40, 3).at(1L << 39)).isBetween(0L, (1L << 40) - 1);
    }
}
