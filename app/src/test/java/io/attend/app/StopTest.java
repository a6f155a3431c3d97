package io.attend.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.checkpoint.RunFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Ctrl-C, as a terminal sends it, to a process that trains.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill command")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StopTest {
    @TempDir
    Path folder;

    private String[] train(String run, Path text, String... more) throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                data: {type: TextFile, path: '%s'}
                model: {type: Gpt, layers: 1, width: 8, heads: 2, dropout: 0.1}
                objective: {type: NextToken, length: 5}
                schedule: {type: Constant, rate: 0.01}
                steps: 50000000
                batch: 5
                threads: 1
                reportEvery: 1
                evaluateEvery: 100000000
                checkpointEvery: 100000000
                """.formatted(text));
        List<String> words = new ArrayList<>(List.of("train", recipe.toString()));
        words.addAll(List.of(more));
        words.addAll(List.of("--run", folder.resolve(run).toString()));
        return words.toArray(String[]::new);
    }

    private Process process(String... words) throws IOException {
        List<String> command = new ArrayList<>();
        if (OS.LINUX.isCurrentOs()) { // what a shell starts in the background may have been told to ignore Ctrl-C
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private static void interrupt(Process process) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    private static String run(String... words) {
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), words);
        assertThat(status).as(err.toString()).isZero();
        return err.toString();
    }

    @Test
    void savesSaysHowToGoOnAndEndsWithTheBitsOfARunNobodyStopped() throws Exception {
        Path text =
                Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is the question. ".repeat(9));
        Path rows = folder.resolve("stopped/metrics.jsonl");
        Process process = process(train("stopped", text));
        while (process.isAlive() && (!Files.exists(rows) || Files.size(rows) == 0)) {
            Thread.sleep(20);
        }
        interrupt(process);
        int status = process.waitFor();
        String err = Files.readString(folder.resolve("err"));
        assertThat(status).as(err).isEqualTo(130);
        long step =
                RunFolder.open(folder.resolve("stopped")).newest().orElseThrow().number();
        assertThat(step).isPositive();
        assertThat(err)
                .contains("attend train: stopped at step " + step
                        + " of 50000000 and saved; the same command goes on from there");
        assertThat(folder.resolve("out")).isEmptyFile();
        String end = "steps=" + (step + 5);
        run(train("stopped", text, end));
        run(train("whole", text, end));
        String last = "checkpoints/step-%06d/optimizer.safetensors".formatted(step + 5);
        for (String file : List.of("model.safetensors", last)) {
            assertThat(folder.resolve("stopped").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
        }
    }

    /// A run that waits for what it wrote before, which never comes, cannot end after a step.
    @Test
    void theSecondEndsTheProcessAtOnce() throws Exception {
        Path text =
                Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is the question. ".repeat(9));
        Path pipe = Files.createDirectory(folder.resolve("waits")).resolve("metrics.jsonl");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        String[] words = train("waits", text);
        Files.copy(folder.resolve("recipe.yaml"), pipe.resolveSibling("recipe.yaml")); // it was begun before
        Process process = process(words);
        var opened = process.onExit().thenRun(() -> open(pipe)); // nobody waits for a reader that is no more
        try (OutputStream _ = Files.newOutputStream(pipe)) { // opens once the run reads
            interrupt(process);
            assertThat(process.waitFor(1, TimeUnit.SECONDS))
                    .as("ended by the first")
                    .isFalse();
            do { // again, for two that come together count as one
                interrupt(process);
            } while (!process.waitFor(1, TimeUnit.SECONDS));
        }
        opened.join(); // before the folder goes
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(folder.resolve("err")).content().doesNotContain("stopped at");
    }

    private static void open(Path pipe) {
        try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw")) { // does not wait
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
