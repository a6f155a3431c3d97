package io.attend.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.layer.Peak;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What a training pass needs at its peak does not grow with the depth of a reversible stack: measured, see
/// [StackMemory].
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is read from /proc")
class StackMemoryTest {
    /// The gradients of 20 more blocks' weights are 4 MB.
    @Test
    void ofReversibleBlocksDoesNotGrowWithDepth() throws Exception {
        long[][] peaks = Peak.measured(StackMemory.class, "REVERSIBLE", "4", "24");
        assertThat(peaks[1][0] - peaks[0][0])
                .as("growth from 4 to 24 blocks; %s", Arrays.deepToString(peaks))
                .isLessThan(8_000_000);
    }

    /// The same measurement sees what plain blocks keep: each of them 1,527 rows of more than 1,000 numbers.
    @Test
    void ofPlainBlocksDoes() throws Exception {
        long[][] peaks = Peak.measured(StackMemory.class, "PLAIN", "4", "24");
        assertThat(peaks[1][0] - peaks[0][0])
                .as("growth from 4 to 24 blocks; %s", Arrays.deepToString(peaks))
                .isGreaterThan(20 * 1527 * 1000 * 4);
    }
}
