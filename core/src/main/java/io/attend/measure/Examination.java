package io.attend.measure;

import io.attend.architecture.Architecture;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.checkpoint.RunFolder;
import io.attend.cost.Costs;
import io.attend.data.CopyExamples;
import io.attend.data.Dataset;
import io.attend.data.ListOps;
import io.attend.data.RecallExamples;
import io.attend.data.TextFile;
import io.attend.head.Problem;
import io.attend.objective.Classification;
import io.attend.objective.NextToken;
import io.attend.objective.Objective;
import io.attend.optimizer.AdamW;
import io.attend.tensor.DType;
import io.attend.training.MixerStack;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import io.attend.training.report.Progress;
import io.attend.value.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// The same small model ([MixerStack]) with each way to mix positions learns the same tasks in as many steps.
///
/// @param steps of each task
/// @param batch examples, or windows of text, a step
/// @param heads of what has any
/// @param seed of weights, examples and order
public record Examination(int steps, int batch, int layers, int width, int heads, long seed) {
    public static final Examination USUAL = new Examination(1000, 32, 2, 64, 4, 1);

    public Examination {
        for (int count : new int[] {steps, batch, layers, width, heads}) {
            if (count < 1) {
                throw new IllegalArgumentException(
                        "steps, batch, layers, width and heads must be at least 1, not " + count);
            }
        }
        if (width % heads != 0) {
            throw new IllegalArgumentException(heads + " heads cannot divide width " + width + " evenly");
        }
    }

    /// What is learned.
    ///
    /// @param words what texts are cut into, in the recipe's words
    /// @param measure of the held-out examples that counts
    /// @param length of the longest text
    public record Exercise(
            String name, Dataset data, String words, Objective objective, String measure, int length, boolean writes) {
        private static final String CHARACTERS = "Characters";

        /// Eight letters, of which one is copied over `distance` places.
        public static Exercise copy(int distance) {
            return classified("copy", new CopyExamples(8, distance, 20_000, 1000), CHARACTERS, distance + 11);
        }

        /// One of 16 pairs is recalled.
        public static Exercise recall() {
            return classified("recall", new RecallExamples(16, 20_000, 1000), CHARACTERS, 2 * 16 + 5);
        }

        /// Nested operations of up to `longest` tokens.
        public static Exercise listOps(int longest) {
            return classified(
                    "listops",
                    new ListOps(Math.min(8, longest - 2), longest, 10, 5, 20_000, 1000),
                    "{type: LearnedWords, algorithm: word-level, size: 64}",
                    2 * longest + 2);
        }

        /// Characters of a running text, in windows.
        public static Exercise text(Path file, int length) {
            return new Exercise(
                    "text",
                    new TextFile(file.toString(), Optional.empty(), 0.1),
                    CHARACTERS,
                    new NextToken(length),
                    "bitsPerCharacter",
                    length,
                    true);
        }

        private static Exercise classified(String name, Dataset data, String words, int length) {
            return new Exercise(
                    name,
                    data,
                    words,
                    new Classification(length, Problem.SINGLE_LABEL, 0, List.of()),
                    "accuracy",
                    length,
                    false);
        }
    }

    /// How a mixer did.
    ///
    /// @param measure what the value is
    /// @param seconds of processor time of the whole run, judging held-out examples included
    /// @param bytes of a step by the layers' own count
    public record Grade(
            String mixer,
            String exercise,
            String measure,
            double value,
            double seconds,
            double bytes,
            long parameters) {}

    /// What a mixer comes to; nothing if the exercise wants what it cannot do, as to write without looking only
    /// back.
    ///
    /// @param folder the run's, new
    public Optional<Grade> grade(String name, Sublayer mixer, Exercise exercise, Path folder, Progress progress) {
        if (exercise.writes && !mixer.causal()) {
            return Optional.empty();
        }
        MixerStack model = new MixerStack(mixer.typical(width, heads, exercise.length), layers, width, 0);
        RunFolder run = RunFolder.create(folder);
        long began = spent();
        Trainer.Outcome outcome = new Trainer(recipe(model, exercise), run, progress).run();
        double seconds = (spent() - began) / 1e9;
        Architecture architecture = architecture(run);
        Costs costs = Costs.of(
                architecture,
                Topology.Sizes.batch(batch).length(exercise.length),
                DType.FLOAT32,
                AdamW.EXAMPLE::numbers);
        return Optional.of(new Grade(
                name,
                exercise.name,
                exercise.measure,
                Objects.requireNonNull(outcome.measures().get(exercise.measure)),
                seconds,
                costs.trainingBytes(),
                outcome.parameters()));
    }

    private static Architecture architecture(RunFolder run) {
        try {
            return Architecture.parse(Files.readString(run.architecture()));
        } catch (IOException e) {
            throw new UncheckedIOException(run.architecture() + " cannot be read", e);
        }
    }

    private Recipe recipe(MixerStack model, Exercise exercise) {
        return Recipe.parse(
                String.format(
                        Locale.ROOT,
                        """
                        data: %s
                        words: %s
                        model: %s
                        objective: %s
                        schedule: {type: Cosine, peak: 0.002, warmup: %d}
                        optimizer: {type: AdamW, decay: 0.01}
                        steps: %d
                        batch: %d
                        seed: %d
                        threads: 1
                        prefetch: 0
                        reportEvery: %d
                        evaluateEvery: %d
                        checkpointEvery: %d
                        """,
                        line(exercise.data),
                        exercise.words,
                        line(model),
                        line(exercise.objective),
                        Math.max(1, steps / 10),
                        steps,
                        batch,
                        seed,
                        Math.max(1, steps / 20),
                        steps,
                        steps),
                List.of());
    }

    /// A value as JSON with its type, in one line of YAML.
    private static String line(Object value) {
        return Values.jsonWithType((Record) value).replace('\n', ' ').strip();
    }

    private static long spent() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
