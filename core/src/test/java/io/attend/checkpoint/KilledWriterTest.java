package io.attend.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.checkpoint.RunFolder.Step;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.BufferedReader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real process that saves checkpoints as fast as it can, killed without warning at some instant, again and
/// again.
class KilledWriterTest {
    private static final int KILLS = 4;
    private static final int BYTES = 1_000_003;

    @Test
    void whatAKilledWriterSaidItSavedIsThereAndWhole(@TempDir Path folder) throws Exception {
        Random random = new Random(11);
        long next = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long said = killAfterSomeSteps(folder, next, random);
            RunFolder run = RunFolder.open(folder);
            Step newest = run.newest().orElseThrow();
            assertThat(newest.number()).isBetween(said, said + 1);
            assertThat(run.steps().size()).isBetween(1, 3);
            run.steps().forEach(KilledWriterTest::assertWhole);
            String recipe = Files.readString(run.recipe());
            assertThat(recipe.equals(recipe.substring(0, 1).repeat(BYTES))).isTrue();

            RunFolder.create(folder);
            assertThat(HandMade.namesIn(folder)).noneMatch(name -> name.endsWith(".partial"));
            assertThat(HandMade.namesIn(run.checkpoints())).allMatch(name -> name.startsWith("step-"));
            next = newest.number() + 1;
        }
    }

    private static void assertWhole(Step step) {
        Checkpoint checkpoint = Checkpoint.open(step.folder());
        MemorySegment expected = MemorySegment.ofArray(new byte[BYTES]).fill((byte) step.number());
        assertThat(checkpoint.data("weight").mismatch(expected)).isEqualTo(-1);
        assertThat(step.folder().resolve("state.json")).hasContent("step " + step.number());
    }

    private static long killAfterSomeSteps(Path folder, long first, Random random) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Trainer.class.getName(),
                        folder.toString(),
                        String.valueOf(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader()) {
            long last = -1;
            for (int steps = 2 + random.nextInt(5); steps > 0; steps--) {
                last = Long.parseLong(said.readLine());
            }
            Thread.sleep(random.nextInt(20));
            process.toHandle().destroyForcibly(); // unlike the process itself, leaves its output to be read
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last = Long.parseLong(line);
            }
            return last;
        }
    }

    /// Saves without end, saying each step when it is saved.
    static final class Trainer {
        private Trainer() {}

        public static void main(String[] arguments) {
            RunFolder run = RunFolder.create(Path.of(arguments[0]));
            Atomic.text(run.architecture(), "{}");
            for (long step = Long.parseLong(arguments[1]); ; step++) {
                Atomic.text(
                        run.recipe(),
                        Character.toString('a' + (int) (step % 26)).repeat(BYTES));
                save(run, step);
                System.out.println(step);
                run.keepLast(2);
            }
        }

        private static void save(RunFolder run, long step) {
            MemorySegment weight = MemorySegment.ofArray(new byte[BYTES]).fill((byte) step);
            run.save(step, partial -> {
                SafetensorsWriter.write(
                        partial.resolve("model.safetensors"),
                        Map.of(),
                        List.of(Item.of("weight", DType.INT8, Shape.of(BYTES), weight)));
                Atomic.text(partial.resolve("state.json"), "step " + step);
            });
        }
    }
}
