package io.attend.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.layer.Peak;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What attention needs at its peak grows with the length of a text, not with its square: measured, see
/// [AttentionMemory]. In a process of its own, whose allocator gives back what is freed.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is read from /proc")
class AttentionMemoryTest {
    private static final double MOST_GROWTH = 2.6;

    @Test
    void ofTheFusedKernelIsLinear() throws Exception {
        checkLinear(AttentionMemory.Way.FUSED);
    }

    @Test
    void ofBlocksIsLinear() throws Exception {
        checkLinear(AttentionMemory.Way.CHUNKED);
    }

    /// The same measurement sees the square where there is one: weights that someone asked for.
    @Test
    void ofWeightsIsNot() throws Exception {
        long[][] peaks = measure(AttentionMemory.Way.OBSERVED, 1024, 2048);
        assertThat((double) peaks[1][0] / peaks[0][0]).as("forward").isGreaterThan(MOST_GROWTH);
        assertThat((double) peaks[1][1] / peaks[0][1]).as("backward").isGreaterThan(MOST_GROWTH);
    }

    private static void checkLinear(AttentionMemory.Way way) throws Exception {
        int[] lengths = {1024, 2048, 4096, 8192};
        long[][] peaks = measure(way, lengths);
        String all = way + ", bytes of lengths " + Arrays.toString(lengths) + ": " + Arrays.deepToString(peaks);
        for (int i = 1; i < lengths.length; i++) {
            assertThat((double) peaks[i][0] / peaks[i - 1][0])
                    .as("forward at %s; %s", lengths[i], all)
                    .isLessThan(MOST_GROWTH);
            assertThat((double) peaks[i][1] / peaks[i - 1][1])
                    .as("backward at %s; %s", lengths[i], all)
                    .isLessThan(MOST_GROWTH);
        }
    }

    /// For each length the bytes of a forward pass, and with its backward pass.
    private static long[][] measure(AttentionMemory.Way way, int... lengths) throws IOException, InterruptedException {
        String[] arguments = Stream.concat(
                        Stream.of(way.name()), IntStream.of(lengths).mapToObj(Integer::toString))
                .toArray(String[]::new);
        return Peak.measured(AttentionMemory.class, arguments);
    }
}
