package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Threads;
import io.attend.training.report.Progress;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes that train, killed without warning at some instant, and the next go on. Each process trains
/// several runs at once, so that a kill catches each of them at an instant of its own.
class KilledRunTest {
    private static final int KILLS = 5;
    private static final int RUNS = 4;
    private static final int BETWEEN_CHECKPOINTS = 3;
    private static final String RECIPE = """
            model: {type: Gpt, layers: 1, width: 8, heads: 2, dropout: 0.1}
            objective: {type: NextToken, length: 5}
            schedule: {type: Constant, rate: 0.01}
            steps: 100000
            batch: 5
            threads: 1
            reportEvery: 1
            evaluateEvery: 7
            checkpointEvery: 3
            keepCheckpoints: 3
            movingAverage: 0.9
            selection: {type: BestStep, measure: loss, wanted: lowest}
            """;

    @TempDir
    Path folder;

    /// After each kill every checkpoint there is is whole, the newest is of the last multiple of the interval
    /// that was reached, and the next process starts right behind it; each run ends with the very bits of one
    /// that nobody killed.
    @Test
    void losesNoMoreThanTheStepsSinceTheLastCheckpoint() throws Exception {
        Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is the question. ".repeat(9));
        Random random = new Random(11);
        long[] saved = new long[RUNS];
        for (int kill = 0; kill < KILLS; kill++) {
            List<List<Long>> said = killAtSomeInstant(random);
            for (int i = 0; i < RUNS; i++) {
                long last = said.get(i).getLast();
                assertThat(said.get(i).getFirst()).isEqualTo(saved[i] + 1);
                saved[i] = newestOfWhole(RunFolder.open(folder.resolve("killed" + i)));
                assertThat(saved[i])
                        .as("the newest checkpoint when step %d was over", last)
                        .isGreaterThanOrEqualTo((last - 1) / BETWEEN_CHECKPOINTS * BETWEEN_CHECKPOINTS);
            }
        }
        for (int i = 0; i < RUNS; i++) {
            String end = "steps=" + (saved[i] + 5);
            train(folder, "killed" + i, i, Progress.silent(), end);
            train(folder, "whole" + i, i, Progress.silent(), end);
            for (String file : List.of("model.safetensors", "checkpoints/step-%06d/optimizer.safetensors")) {
                String name = file.formatted(saved[i] + 5);
                assertThat(folder.resolve("killed" + i).resolve(name))
                        .hasSameBinaryContentAs(folder.resolve("whole" + i).resolve(name));
            }
        }
    }

    private static long newestOfWhole(RunFolder run) {
        try (Lifetime _ = Lifetime.open()) {
            for (RunFolder.Step step : run.steps()) {
                for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
                    assertThat(TensorFile.read(step.folder().resolve(file))).isNotEmpty();
                }
            }
        }
        return run.newest().orElseThrow().number();
    }

    /// @return the steps that each run said were over
    private List<List<Long>> killAtSomeInstant(Random random) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<List<Long>> steps = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            steps.add(new ArrayList<>());
        }
        try (BufferedReader said = process.inputReader()) {
            while (steps.stream().anyMatch(List::isEmpty)) {
                take(said.readLine(), steps);
            }
            for (int more = random.nextInt(20); more > 0; more--) {
                take(said.readLine(), steps);
            }
            Thread.sleep(0, random.nextInt(999_999)); // a step takes a few milliseconds
            process.toHandle().destroyForcibly(); // unlike the process itself, leaves its output to be read
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                take(line, steps);
            }
            return steps;
        }
    }

    /// A line such as `3 17`: run 3 is over step 17.
    private static void take(String line, List<List<Long>> steps) {
        String[] parts = line.split(" ");
        steps.get(Integer.parseInt(parts[0])).add(Long.parseLong(parts[1]));
    }

    private static void train(Path folder, String name, int seed, Progress progress, String... overrides) {
        Path text = folder.resolve("text.txt");
        Recipe recipe = Recipe.parse(
                RECIPE + "data: {type: TextFile, path: '" + text + "'}\nseed: " + seed, List.of(overrides));
        new Trainer(recipe, RunFolder.create(folder.resolve(name)), progress).run();
    }

    /// Says each step of each run that is over.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Threads.use(1); // as all the runs will
            IntStream.range(0, RUNS)
                    .forEach(i -> Thread.ofPlatform()
                            .start(() -> train(Path.of(arguments[0]), "killed" + i, i, new Progress() {
                                @Override
                                public void begin(long done, long total) {}

                                @Override
                                public void step(long done, String message) {
                                    System.out.println(i + " " + done);
                                }

                                @Override
                                public void close() {}
                            })));
        }
    }
}
