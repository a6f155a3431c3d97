package io.attend.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void inverseSquareRootIsThePapersFormulaWithItsHeightNamed() {
        int width = 512;
        int warmup = 4000;
        InverseSquareRoot schedule = new InverseSquareRoot(1 / Math.sqrt((double) width * warmup), warmup);
        for (long t : new long[] {1, 17, 3999, 4000, 4001, 100_000}) {
            double paper = Math.pow(width, -0.5) * Math.min(Math.pow(t, -0.5), t * Math.pow(warmup, -1.5));
            assertThat(schedule.rate(t, 100_000)).isCloseTo(paper, within(paper * 1e-12));
        }
    }

    @Test
    void cosineRisesToItsPeakAndEndsAtZero() {
        Cosine schedule = new Cosine(0.5, 10);
        assertThat(schedule.rate(1, 110)).isCloseTo(0.05, within(1e-12));
        assertThat(schedule.rate(10, 110)).isEqualTo(0.5);
        assertThat(schedule.rate(60, 110)).isCloseTo(0.25, within(1e-12));
        assertThat(schedule.rate(110, 110)).isCloseTo(0, within(1e-12));
    }

    @Test
    void aConstantIsConstant() {
        assertThat(new Constant(0.25).rate(1, 2))
                .isEqualTo(new Constant(0.25).rate(77, 100))
                .isEqualTo(0.25);
    }
}
