package io.attend.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsLogTest {
    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("metrics.jsonl");
    }

    private static final List<Metrics> ROWS = List.of(
            Metrics.training(10)
                    .with(Metrics.EPOCH, 0.0625)
                    .with(Metrics.LOSS, 4.75)
                    .with(Metrics.LEARNING_RATE, 7e-5)
                    .with(Metrics.GRADIENT_NORM, 1.0 / 3)
                    .with(Metrics.TOKENS_PER_SECOND, 12345)
                    .with(Metrics.SECONDS, 3.5),
            Metrics.training(20).with(Metrics.LOSS, 3.5),
            Metrics.validation(20).with(Metrics.LOSS, 3.75).with("exactMatch", 0.25),
            Metrics.training(30).with(Metrics.LOSS, Double.NaN).with("worst", Double.NEGATIVE_INFINITY),
            Metrics.training(40).with(Metrics.LOSS, Double.POSITIVE_INFINITY));

    private void write(List<Metrics> rows) throws IOException {
        try (MetricsLog log = MetricsLog.append(path())) {
            for (Metrics row : rows) {
                log.write(row);
            }
        }
    }

    @Test
    void oneObjectALine() throws IOException {
        write(ROWS);
        assertThat(Files.readString(path())).isEqualTo("""
            {"step":10,"split":"training","epoch":0.0625,"loss":4.75,"learningRate":7.0E-5,\
            "gradientNorm":0.3333333333333333,"tokensPerSecond":12345.0,"seconds":3.5}
            {"step":20,"split":"training","loss":3.5}
            {"step":20,"split":"validation","loss":3.75,"exactMatch":0.25}
            {"step":30,"split":"training","loss":"NaN","worst":"-Infinity"}
            {"step":40,"split":"training","loss":"Infinity"}
            """);
        assertThat(MetricsLog.read(path())).isEqualTo(ROWS);
    }

    @Test
    void aRowIsOnDiskAsSoonAsItIsWritten() throws IOException {
        try (MetricsLog log = MetricsLog.append(path())) {
            log.write(ROWS.get(0));
            assertThat(MetricsLog.read(path())).isEqualTo(ROWS.subList(0, 1));
        }
    }

    @Test
    void noFileIsNoRows() throws IOException {
        assertThat(MetricsLog.read(path())).isEmpty();
    }

    /// A killed process may leave any number of its last bytes unwritten.
    @Test
    void aLineTornAnywhereIsForgottenAndWrittenOver() throws IOException {
        write(ROWS.subList(0, 3));
        byte[] whole = Files.readAllBytes(path());
        for (int length = 0; length <= whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            int rows = (int) new String(torn, java.nio.charset.StandardCharsets.UTF_8)
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            Files.write(path(), torn);
            assertThat(MetricsLog.read(path())).isEqualTo(ROWS.subList(0, rows));
            write(ROWS.subList(rows, ROWS.size()));
            assertThat(MetricsLog.read(path())).isEqualTo(ROWS);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9, 0", "10, 1", "19, 1", "20, 3", "39, 4", "40, 5", "1000, 5"})
    void resumingCutsBackToTheStep(long step, int rows) throws IOException {
        write(ROWS);
        try (MetricsLog log = MetricsLog.resume(path(), step)) {
            log.write(Metrics.training(1001).with(Metrics.LOSS, 1));
        }
        List<Metrics> expected = new ArrayList<>(ROWS.subList(0, rows));
        expected.add(Metrics.training(1001).with(Metrics.LOSS, 1));
        assertThat(MetricsLog.read(path())).isEqualTo(expected);
    }

    @Test
    void noStepAppearsTwice() throws IOException {
        write(ROWS.subList(0, 3));
        try (MetricsLog log = MetricsLog.append(path())) {
            assertThatThrownBy(() -> log.write(Metrics.training(20)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(path() + ": step 20 (training) comes after step 20 (training); steps must grow, so cut"
                            + " the log back to the step you resume from");
            assertThatThrownBy(() -> log.write(Metrics.validation(19))).hasMessageContaining("step 19 (validation)");
            log.write(Metrics.training(21));
        }
        assertThat(MetricsLog.read(path())).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "null",
                "nonsense",
                "{\"step\":30}",
                "{\"split\":\"training\"}",
                "{\"step\":30.5,\"split\":\"training\"}",
                "{\"step\":-1,\"split\":\"training\"}",
                "{\"step\":\"30\",\"split\":\"training\"}",
                "{\"step\":30,\"split\":\"test\"}",
                "{\"step\":30,\"split\":\"training\",\"loss\":\"low\"}",
                "{\"step\":30,\"split\":\"training\",\"loss\":null}",
                "{\"step\":30,\"split\":\"training\",\"loss\":[1]}",
                "{\"step\":30,\"split\":\"training\",\"loss\":1,\"loss\":2}",
                "{\"step\":30,\"split\":\"training\",\"a b\":1}",
                "{\"step\":30,\"split\":\"training\"} {}",
                "{\"step\":20,\"split\":\"training\"}",
                "{\"step\":5,\"split\":\"validation\"}",
            })
    void aFinishedLineThatIsNotARowIsAnErrorThatNamesIt(String line) throws IOException {
        write(ROWS.subList(0, 3));
        Files.writeString(path(), Files.readString(path()) + line + "\n");
        assertThatThrownBy(() -> MetricsLog.read(path()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("metrics.jsonl line 4")
                .message()
                .doesNotContain("\n");
        assertThatThrownBy(() -> MetricsLog.append(path())).isInstanceOf(IOException.class);
    }

    @Test
    void anEndlessLineIsRefusedBeforeItFillsTheMemory() throws IOException {
        Files.write(path(), new byte[1 << 20]);
        assertThatThrownBy(() -> MetricsLog.read(path()))
                .isInstanceOf(IOException.class)
                .hasMessage(path() + " line 1 is longer than 65536 bytes; this is not a file of metrics");
    }

    @Test
    void namesAreSimpleAndOnce() {
        assertThatThrownBy(() -> Metrics.training(1).with("step", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Metrics.training(1).with("a b", 1)).hasMessageContaining("'a b'");
        assertThatThrownBy(() -> Metrics.training(1).with(Metrics.LOSS, 1).with(Metrics.LOSS, 2))
                .hasMessage("metrics: step 1 has 'loss' twice");
        assertThatThrownBy(() -> Metrics.training(-1)).hasMessage("metrics: step -1 is negative");
        assertThat(Metrics.training(1).with("x", 2).number("x")).hasValue(2);
        assertThat(Metrics.training(1).number("x")).isEmpty();
    }
}
