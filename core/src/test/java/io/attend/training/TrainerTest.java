package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.Attend;
import io.attend.activation.Relu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Presets;
import io.attend.architecture.Reversible;
import io.attend.architecture.Stack;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.router.TopKRouter;
import io.attend.router.UnlimitedCapacity;
import io.attend.task.Classify;
import io.attend.task.Excess;
import io.attend.task.ReadDate;
import io.attend.tensor.Lifetime;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 37}
            model: {type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            objective: {type: TeacherForcing, smoothing: 0.1}
            optimizer: {type: AdamW, decay: 0.01}
            schedule: {type: InverseSquareRoot, peak: 0.01, warmup: 7}
            steps: 60
            batch: 13
            seed: 3
            evaluateEvery: 20
            checkpointEvery: 20
            keepCheckpoints: 5
            threads: 1
            """;

    private static final Presets.Size SIZE = Presets.Size.width(8).heads(2).hidden(11);

    @TempDir
    Path folder;

    @Test
    void aRunLearnsAndLeavesAllItsFiles() throws IOException {
        Trainer.Outcome outcome = train("whole", Progress.silent());
        RunFolder run = RunFolder.open(folder.resolve("whole"));
        List<Metrics> rows = MetricsLog.read(run.metrics());
        assertThat(loss(rows.getLast())).isLessThan(loss(rows.getFirst()));
        assertThat(rows).extracting(Metrics::step).containsExactly(20L, 20L, 40L, 40L, 60L, 60L);
        assertThat(run.steps()).extracting(RunFolder.Step::number).containsExactly(20L, 40L, 60L);
        assertThat(run.report()).content().contains("decoder.0.cross", "exact match");
        assertThat(outcome.parameters()).isPositive();
        assertThat(Recipe.parse(Files.readString(run.recipe()), List.of())).isEqualTo(Recipe.parse(TINY, List.of()));
        try (Attend model = Attend.load(run.path())) {
            assertThat(model.model().parameters()).isNotEmpty();
            assertThat(model.text().write(List.of("5. märz 2024"), new io.attend.generation.Greedy(5)))
                    .hasSize(1);
        }
    }

    @Test
    void aStoppedRunGoesOnToTheSameBits() throws IOException {
        train("whole", Progress.silent());
        assertThatThrownBy(() -> train("stopped", at(40, step -> {
                    throw new IllegalStateException("stopped at " + step);
                })))
                .hasMessage("stopped at 40");
        RunFolder stopped = RunFolder.open(folder.resolve("stopped"));
        assertThat(stopped.newest().orElseThrow().number()).isEqualTo(20);
        train("stopped", Progress.silent());
        assertThat(stopped.model()).hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
        assertThat(folder.resolve("stopped/checkpoints/step-000060/optimizer.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/checkpoints/step-000060/optimizer.safetensors"));
        assertThat(losses("stopped")).isEqualTo(losses("whole"));
    }

    /// Ctrl-C asks for this.
    @Test
    void aRunThatIsAskedToStopSavesAndGoesOnToTheSameBits() throws IOException {
        train("whole", Progress.silent());
        Trainer[] asked = new Trainer[1];
        RunFolder stopped = RunFolder.create(folder.resolve("asked"));
        asked[0] = new Trainer(Recipe.parse(TINY, List.of()), stopped, at(40, _ -> asked[0].stop()));
        Trainer.Outcome outcome = asked[0].run();
        assertThat(outcome.stopped()).hasValue(40);
        assertThat(stopped.newest().orElseThrow().number()).isEqualTo(40);
        assertThat(stopped.model()).doesNotExist();
        train("asked", Progress.silent());
        assertThat(stopped.model()).hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    /// A batch in parts has the gradient of the whole: the same losses but for the last bits of sums.
    @Test
    void aBatchInPartsIsTheWholeBatch() throws IOException {
        train("whole", Progress.silent(), "model.dropout=0");
        train("parts", Progress.silent(), "model.dropout=0", "accumulate=4");
        List<Double> whole = losses("whole");
        List<Double> parts = losses("parts");
        assertThat(parts).hasSameSizeAs(whole);
        for (int i = 0; i < whole.size(); i++) {
            assertThat(parts.get(i)).isCloseTo(whole.get(i), org.assertj.core.api.Assertions.within(1e-4));
        }
    }

    @Test
    void everyObjectiveLearnsFromItsData() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the question. ".repeat(40));
        Path labels = folder.resolve("labels.tsv");
        Files.writeString(labels, "good film\tlike\nbad film\thate\na good one\tlike\na bad one\thate\n".repeat(9));
        String recipe = """
                schedule: {type: Constant, rate: 0.01}
                steps: 60
                batch: 7
                threads: 1
                """;
        Recipe writes = Recipe.parse(
                recipe + "data: {type: TextFile, path: '" + text + "'}\n"
                        + "model: {type: Gpt, layers: 1, width: 16, heads: 2, dropout: 0}\n"
                        + "objective: {type: NextToken, length: 11}\n",
                List.of());
        Trainer.Outcome written =
                new Trainer(writes, RunFolder.create(folder.resolve("writes")), Progress.silent()).run();
        assertThat(written.measures().get("perplexity")).isBetween(1.0, 8.0); // 22 tokens: 22 untrained
        Recipe judges = Recipe.parse(
                recipe + "data: {type: LabeledFile, path: '" + labels + "', heldOutPath: '" + labels + "'}\n"
                        + "words: {type: LearnedWords, algorithm: word-level, size: 40}\n"
                        + "model: {type: Bert, layers: 1, width: 16, heads: 2, dropout: 0}\n"
                        + "objective: {type: Classification, length: 11}\n",
                List.of());
        Trainer.Outcome judged =
                new Trainer(judges, RunFolder.create(folder.resolve("judges")), Progress.silent()).run();
        assertThat(judged.measures()).containsEntry("accuracy", 1.0);
        try (Attend model = Attend.load(folder.resolve("judges"))) {
            for (String line : Files.readAllLines(labels).subList(0, 4)) {
                String[] example = line.split("\t");
                assertThat(model.run(new Classify(1, Excess.CUT), example[0])
                                .getFirst()
                                .label())
                        .as("the label of \"%s\", by its name", example[0])
                        .isEqualTo(example[1]);
            }
        }
    }

    @Test
    void anotherSeedIsAnotherRun() throws IOException {
        train("whole", Progress.silent());
        train("other", Progress.silent(), "seed=5");
        assertThat(losses("other")).isNotEqualTo(losses("whole"));
    }

    @Test
    void aFinishedRunIsNotTrainedAgain() throws IOException {
        train("whole", Progress.silent());
        byte[] before = Files.readAllBytes(folder.resolve("whole/model.safetensors"));
        train("whole", Progress.silent());
        assertThat(folder.resolve("whole/model.safetensors")).hasBinaryContent(before);
        assertThat(losses("whole")).hasSize(6);
    }

    @Test
    void anInfiniteLossStopsTheRunAndTheLastCheckpointIsSound() {
        assertThatThrownBy(() -> train(
                        "wild",
                        Progress.silent(),
                        "clip=1e30",
                        "schedule={type: Constant, rate: 1e15}",
                        "checkpointEvery=1"))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("the .+ of step \\d+ (is|are) .+; lower the schedule's rate and run again:"
                        + " it goes on from .+");
        try (Lifetime _ = Lifetime.open()) {
            for (RunFolder.Step saved : RunFolder.create(folder.resolve("wild")).steps()) {
                TensorFile.read(saved.folder().resolve("model.safetensors"))
                        .forEach((name, tensor) ->
                                assertThat(tensor.isfinite().all()).as(name).isTrue());
            }
        }
    }

    @Test
    void weightsRuinedByTheLastStepAreNotSaved() {
        assertThatThrownBy(() -> train("wild", Progress.silent(), "schedule={type: Constant, rate: 1e39}", "steps=1"))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("are not finite")
                .hasMessageEndingWith("it goes on from the start");
        assertThat(folder.resolve("wild/model.safetensors")).doesNotExist();
    }

    @Test
    void aModelTheMachineCannotHoldIsRefusedAndLeavesTheFolderFree() {
        assertThatThrownBy(() -> train("huge", Progress.silent(), "model.hidden=2000000000"))
                .hasMessageContaining("parameters takes")
                .hasMessageContaining("GB; make model.layers, model.width or model.hidden smaller");
        assertThat(folder.resolve("huge/recipe.yaml")).doesNotExist();
    }

    @Test
    void anArchitectureThatCannotLearnPairsIsRefused() {
        assertThatThrownBy(() -> train("gpt", Progress.silent(), given(Presets.gpt(999, 1, SIZE, 7))))
                .hasMessage("model.architecture: pairs are learned by an EncoderDecoder, not by a Decoder");
        assertThatThrownBy(() -> train("few", Progress.silent(), given(Presets.transformer(7, 1, SIZE, 0))))
                .hasMessageContaining("its vocabulary of 7 is smaller than the ");
    }

    /// Experts are used more evenly when a run asks for it, and the log says how evenly in either case.
    @Test
    void routersLearnBalanceWhenARecipeAsks() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the question. ".repeat(40));
        MixtureOfExperts experts = new MixtureOfExperts(
                5,
                new TopKRouter(1, TopKRouter.Gates.SOFTMAX, new UnlimitedCapacity()),
                new DenseFeedForward(11, new Relu(), Bias.NONE, 0));
        Block block = new Block(List.of(new Feed(experts)), new LayerNorm(1e-5, Bias.ADDED), new PreNorm(0));
        Architecture plain = Presets.gpt(29, 1, SIZE, 11);
        Architecture mixture = new Architecture(
                plain.width(), new Decoder(((Decoder) plain.topology()).embedding(), Stack.of(2, block)), plain.head());
        String recipe = "{data: {type: TextFile, path: '" + text + "'}, objective: {type: NextToken, length: 11},"
                + " schedule: {type: Constant, rate: 0.01}, steps: 60, batch: 7, accumulate: 2, threads: 1, reportEvery: 2}";
        List<Map<String, Double>> last = new ArrayList<>();
        for (String auxiliary : List.of("[]", "[{loss: LayerBalance, factor: 1}, {loss: RouterZ, factor: 0.01}]")) {
            RunFolder run = RunFolder.create(folder.resolve("experts" + last.size()));
            new Trainer(Recipe.parse(recipe, List.of(given(mixture), "auxiliary=" + auxiliary)), run, Progress.silent())
                    .run();
            last.add(MetricsLog.read(run.metrics()).stream()
                    .filter(row -> row.step() > 30 && row.split() == Metrics.Split.TRAINING)
                    .flatMap(row -> row.numbers().entrySet().stream())
                    .collect(
                            Collectors.groupingBy(Map.Entry::getKey, Collectors.averagingDouble(Map.Entry::getValue))));
        }
        Map<String, Double> free = last.get(0);
        Map<String, Double> even = last.get(1);
        assertThat(even.get("balance")).isBetween(0.99, free.get("balance") - 0.05);
        assertThat(even.get("routerZ")).isBetween(0.0, free.get("routerZ"));
        for (String place : List.of("decoder.0.feed", "decoder.1.feed")) {
            assertThat(even.get(place + ".largest")).isBetween(0.2, free.get(place + ".largest"));
            assertThat(even.get(place + ".evenness")).isBetween(free.get(place + ".evenness"), 1.0);
            assertThat(even.get(place + ".overflow")).isZero();
        }
    }

    /// A reversible stack records nothing that a router loss could flow back through.
    @Test
    void aRouterLossThatCannotTeachIsRefused() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the question. ".repeat(40));
        Block block = new Block(
                List.of(
                        new Feed(MixtureOfExperts.EXAMPLE),
                        new Feed(new DenseFeedForward(11, new Relu(), Bias.NONE, 0))),
                new LayerNorm(1e-5, Bias.ADDED),
                Reversible.EXAMPLE);
        Architecture plain = Presets.gpt(29, 1, SIZE, 11);
        Architecture mixture = new Architecture(
                plain.width(), new Decoder(((Decoder) plain.topology()).embedding(), Stack.of(2, block)), plain.head());
        assertThatThrownBy(() -> train(
                        "reversible",
                        Progress.silent(),
                        given(mixture),
                        "data={type: TextFile, path: '" + text + "'}",
                        "objective={type: NextToken, length: 11}",
                        "auxiliary=[{loss: RouterZ, factor: 0.001}]"))
                .hasMessage(
                        "the router of decoder.0.feed cannot learn from a router loss, for its scores keep no record:"
                                + " blocks are reversible or weights frozen; leave the router loss out of the recipe's auxiliary,"
                                + " or use another residual");
    }

    @Test
    void aRouterLossWithoutARouterIsRefused() {
        assertThatThrownBy(() ->
                        train("none", Progress.silent(), "auxiliary=[{loss: {type: LayerBalance}, factor: 0.01}]"))
                .hasMessage("no router reported anything, so there is no balance to keep; leave the router loss out of"
                        + " the recipe's auxiliary");
    }

    private static String given(Architecture architecture) {
        return "model={type: GivenArchitecture, architecture: "
                + architecture.toJson().replace("\n", " ") + "}";
    }

    @Test
    void aDamagedCheckpointIsNamed() throws IOException {
        train("whole", Progress.silent());
        Path weights = folder.resolve("whole/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 5));
        assertThatThrownBy(() -> Attend.load(folder.resolve("whole")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageNotContaining("\n");
    }

    @Test
    void weightsOfAnotherArchitectureAreListed() throws IOException {
        train("whole", Progress.silent());
        Path json = folder.resolve("whole/architecture.json");
        Files.writeString(json, Files.readString(json).replace("\"hidden\" : 11", "\"hidden\" : 17"));
        assertThatThrownBy(() -> Attend.load(folder.resolve("whole")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("encoder.0.feed.inner.weight is [11, 8], but the architecture wants [17, 8]")
                .hasMessageContaining("Use the architecture.json the weights were saved with");
    }

    @Test
    void whatIsNoDateIsRefusedInWords() throws IOException {
        train("whole", Progress.silent());
        try (Attend model = Attend.load(folder.resolve("whole"))) {
            assertThatThrownBy(() -> model.run(new ReadDate(), " "))
                    .hasMessage("the text is empty; write a date, such as \"5. März 2024\"");
            assertThatThrownBy(() -> model.run(new ReadDate(), "x".repeat(500)))
                    .hasMessage("the text has 500 characters, but the longest date the model has seen has 40; write the"
                            + " date alone");
            assertThatThrownBy(() -> model.run(new ReadDate(), "3/4/2024"))
                    .hasMessageContaining("could be two days; name the locale");
        }
    }

    @Test
    void residentMemoryStaysFlatOverTenThousandSteps() throws IOException {
        long[] resident = new long[2];
        train(
                "long",
                at(0, step -> {
                    if (step == 2_000) {
                        resident[0] = resident();
                    }
                    resident[1] = Math.max(resident[1], step > 2_000 ? resident() : 0);
                }),
                "steps=10000",
                "batch=5",
                "evaluateEvery=1000",
                "checkpointEvery=2500",
                "model.dropout=0.1");
        assertThat(resident[1] - resident[0])
                .as("megabytes grown from step 2,000 (%d MB) to the largest after it", resident[0])
                .isLessThan(20); // 2 when sound; a kilobyte leaked a step is 8, a graph a thousand
    }

    /// Megabytes of this process in memory, by its own account (Linux).
    private static long resident() {
        System.gc();
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Trainer.Outcome train(String name, Progress progress, String... overrides) {
        Recipe recipe = Recipe.parse(TINY, List.of(overrides));
        return new Trainer(recipe, RunFolder.create(folder.resolve(name)), progress).run();
    }

    private List<Double> losses(String name) throws IOException {
        return MetricsLog.read(folder.resolve(name).resolve("metrics.jsonl")).stream()
                .map(TrainerTest::loss)
                .toList();
    }

    private static double loss(Metrics row) {
        return row.number(Metrics.LOSS).orElseThrow();
    }

    private static Progress at(long wanted, LongConsumer then) {
        return new Progress() {
            @Override
            public void begin(long done, long total) {}

            @Override
            public void step(long done, String message) {
                if (wanted == 0 || done == wanted) {
                    then.accept(done);
                }
            }

            @Override
            public void close() {}
        };
    }
}
