package io.attend.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private void after(String duration) {
        now.set(Instant.EPOCH.plus(Duration.parse("PT" + duration)));
    }

    private String[] lines() {
        return bytes.toString(StandardCharsets.UTF_8).split("\\R");
    }

    private Progress lineProgress() {
        return new LineProgress("step", stream, now::get);
    }

    private BarProgress barProgress(int width) {
        return new BarProgress("training", "step", stream, () -> width, now::get);
    }

    @Test
    void linesComeEveryTenSecondsAndAtTheEnd() {
        try (Progress progress = lineProgress()) {
            progress.begin(4000);
            after("1S");
            progress.step(10, "loss 5.1");
            after("5S");
            progress.step(50, "loss 5.0");
            after("11S");
            progress.step(110, "loss 4.9");
            after("20S");
            progress.step(200, "loss 4.8");
            after("400S");
            progress.step(4000, "loss 0.1");
        }
        assertThat(lines())
                .containsExactly(
                        "step 10/4000  loss 5.1  6m39s left", // 3990 steps at 10 a second
                        "step 110/4000  loss 4.9  6m29s left",
                        "step 4000/4000  loss 0.1  in 6m40s");
    }

    @Test
    void aLineReadsAsDocumented() {
        try (Progress progress = lineProgress()) {
            progress.begin(4000);
            after("34S");
            progress.step(1200, "loss 0.1234  12,345 tokens/s"); // 2800 more at 1200 in 34 seconds are 79.3 seconds
        }
        assertThat(lines()).containsExactly("step 1200/4000  loss 0.1234  12,345 tokens/s  1m19s left");
    }

    @Test
    void linesGrowRarerInLongRuns() {
        try (Progress progress = lineProgress()) {
            progress.begin(86_400);
            for (int second = 1; second <= 86_400; second++) {
                after(second + "S");
                progress.step(second, "");
            }
        }
        assertThat(lines()).hasSizeBetween(100, 180);
    }

    @Test
    void withoutAMessageTheSpeedIsShown() {
        try (Progress progress = lineProgress()) {
            progress.begin(4000);
            after("8S");
            progress.step(100, "");
        }
        assertThat(lines()).containsExactly("step 100/4000  12.5 steps/s  5m12s left");
    }

    @Test
    void whatAnEarlierRunDidIsNotSpeedOfThisOne() {
        try (Progress progress = lineProgress()) {
            progress.begin(3000, 4000);
            after("10S");
            progress.step(3100, "resumed");
        }
        assertThat(lines()).containsExactly("step 3100/4000  resumed  1m30s left");
    }

    @Test
    void aFailureStillShowsHowFarItCame() {
        assertThatThrownBy(() -> {
                    try (Progress progress = lineProgress()) {
                        progress.begin(10);
                        progress.step(1, "fine");
                        progress.step(2, "last words");
                        throw new IllegalStateException("out of memory");
                    }
                })
                .hasMessage("out of memory");
        assertThat(lines()).containsExactly("step 1/10  fine", "step 2/10  last words");
    }

    @Test
    void theBarIsOneLineThatEndsComplete() {
        try (Progress progress = barProgress(120)) {
            progress.begin(4000);
            after("10S");
            progress.step(1200, "loss 0.5");
            after("125S");
            progress.step(4000, "loss 0.1234  12,345 tokens/s");
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\u001b[K" + System.lineSeparator()).doesNotContain("\u001b[K\n\r");
        String[] drawings = text.strip().split("\r");
        assertThat(drawings[drawings.length - 1])
                .isEqualTo("training 100%% %s  4000/4000  loss 0.1234  12,345 tokens/s  in 2m05s\u001b[K"
                        .formatted("━".repeat(40)));
        assertThat(drawings).doesNotHaveDuplicates();
    }

    @Test
    void theBarFillsInHalfCells() {
        try (Progress progress = barProgress(120)) {
            progress.begin(80);
            after("10S");
            progress.step(25, "");
        }
        assertThat(lastDrawing())
                .isEqualTo("training  31% ━━━━━━━━━━━━╸───────────────────────────  25/80  2.5 steps/s  22s left");
    }

    @ParameterizedTest
    @CsvSource({"120, true", "80, true", "60, false", "30, false"})
    void aNarrowTerminalLosesTheBarFirstAndIsNeverOverrun(int width, boolean bar) {
        try (Progress progress = barProgress(width)) {
            progress.begin(4000);
            after("34S");
            progress.step(1200, "loss 0.1234  12,345 tokens/s");
        }
        assertThat(lastDrawing()).hasSizeLessThanOrEqualTo(width).startsWith("training  30%");
        assertThat(lastDrawing().contains("━")).isEqualTo(bar);
    }

    @Test
    void aTerminalWithoutBlocksGetsPlainSigns() {
        Charset ascii = StandardCharsets.US_ASCII;
        PrintStream poor = new PrintStream(bytes, true, ascii);
        try (Progress progress = new BarProgress("training", "step", poor, () -> 100, now::get)) {
            progress.begin(80);
            progress.step(25, "loss 1");
        }
        assertThat(lastDrawing()).isEqualTo("training  31% ============>---------------------------  25/80  loss 1");
    }

    private String lastDrawing() {
        String[] drawings = bytes.toString(StandardCharsets.UTF_8).strip().split("\r");
        return drawings[drawings.length - 1].replace("\u001b[K", "");
    }

    @Test
    void refusesToBeginBehindTheEndAndToStepBeforeTheBeginning() {
        assertThatThrownBy(() -> lineProgress().begin(5, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("progress begins at step 5 of 3; it must lie between 0 and the total");
        assertThatThrownBy(() -> lineProgress().step(1, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("progress: step 1 before begin");
        assertThatThrownBy(() -> barProgress(80).step(1, "")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void standardOutputStaysClean() {
        PrintStream out = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try (Progress progress = Progress.onStandardError("training", "step");
                Progress silent = Progress.silent()) {
            progress.begin(1);
            silent.begin(1);
            progress.step(1, "of a test");
            silent.step(1, "of a test");
        } finally {
            System.setOut(out);
        }
        assertThat(captured.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "400, 0s",
        "45000, 45s",
        "59499, 59s",
        "59600, 1m00s",
        "80000, 1m20s",
        "3599000, 59m59s",
        "3600000, 1h00m",
        "7500000, 2h05m",
        "86400000, 1d00h",
        "273600000, 3d04h"
    })
    void timesShowTheirTwoLargestUnits(long milliseconds, String text) {
        assertThat(Pace.text(Duration.ofMillis(milliseconds))).isEqualTo(text);
    }
}
