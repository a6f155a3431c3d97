package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.data.Example;
import io.attend.embedding.Table;
import io.attend.generation.TextModel;
import io.attend.generation.TextSettings;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.model.Transformer;
import io.attend.objective.Objective;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Threads;
import io.attend.tokenizer.Tokenizer;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.databind.json.JsonMapper;

/// Carries out a recipe in a run folder, from the newest checkpoint there if there is one.
///
/// Everything that decides what comes next is either a function of the seed and the step (the order of
/// examples) or in the checkpoint (weights, what the optimizer remembers, the state of the random source): a
/// run that is stopped and resumed goes on to the same bits as one that was not.
public final class Trainer {
    static final Device.Kind DEVICE = Device.Kind.CPU;

    final Recipe recipe;
    final RunFolder folder;
    final Progress progress;
    private volatile boolean stopping;

    public Trainer(Recipe recipe, RunFolder folder, Progress progress) {
        this.recipe = recipe.threads().isPresent() ? recipe : recipe.threads(begunThreads(folder));
        this.folder = folder;
        this.progress = progress;
    }

    /// The threads a run was begun with, since the last bits of its sums depend on them; all there are for a
    /// new one.
    private static int begunThreads(RunFolder folder) {
        if (folder.newest().isEmpty()) {
            return Threads.count();
        }
        try {
            return Recipe.parse(Files.readString(folder.recipe()), List.of())
                    .threads()
                    .orElse(Threads.count());
        } catch (IOException e) {
            throw new UncheckedIOException(folder.recipe() + " cannot be read", e);
        }
    }

    /// What a finished run came to.
    ///
    /// @param measures of held-out examples, by name, the most telling first
    /// @param notes what must be known to compare the measures with others', such as BLEU's signature, by name
    /// @param seconds this process spent training
    /// @param parameters numbers learned
    /// @param steps made in all
    /// @param chosen the steps whose weights' mean the model has; none if the run was stopped: nothing is
    ///     measured then, and it goes on when it is run again
    public record Outcome(
            Map<String, Double> measures,
            Map<String, String> notes,
            double seconds,
            long parameters,
            long steps,
            List<Long> chosen) {
        /// The step it was stopped at and goes on from, if it was.
        public OptionalLong stopped() {
            return chosen.isEmpty() ? OptionalLong.of(steps) : OptionalLong.empty();
        }

        String toJson() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("measures", measures);
            fields.put("notes", notes);
            fields.put("seconds", seconds);
            fields.put("parameters", parameters);
            fields.put("steps", steps);
            fields.put("chosen", chosen);
            return JsonMapper.shared().writeValueAsString(fields) + "\n";
        }
    }

    /// Asks the run to end after the step it is in, with a checkpoint to go on from. May be called by any
    /// thread.
    public void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /// Trains to the last step, measures, and leaves the model and the report in the run folder.
    public Outcome run() {
        int threads = Threads.count();
        Threads.use(recipe.threads().orElseThrow());
        try {
            return train();
        } catch (OutOfMemoryError e) {
            throw new TrainingException(
                    "the JVM's heap of " + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB is full; give it more with ATTEND_JAVA_OPTIONS=-Xmx8g, or less data at once: the run goes"
                            + " on from its last checkpoint",
                    e);
        } finally {
            Threads.use(threads);
        }
    }

    private Outcome train() {
        recipe.precision().check(DEVICE);
        long began = System.nanoTime();
        List<? extends Example> training = recipe.data().training(recipe.seed());
        List<? extends Example> heldOut = recipe.data().heldOut(recipe.seed());
        Tokenizer tokenizer = tokenizer(training);
        try (Objective.Built objective = recipe.objective().build(tokenizer, training, heldOut)) {
            return train(objective, tokenizer, began);
        }
    }

    private Outcome train(Objective.Built objective, Tokenizer tokenizer, long began) {
        Architecture architecture = recipe.model().architecture(objective.needs());
        checkFits(architecture, tokenizer.size());
        MemoryCheck.ofModel(architecture, recipe);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, recipe.seed());
                Random random = Random.seeded(~recipe.seed());
                Optimizer.Built optimizer = recipe.optimizer().build(model.weights())) {
            recipe.model().begin(model);
            objective.check(model);
            if (recipe.recompute()) {
                checkRecomputed(model);
            } else {
                MemoryCheck.ofStep(architecture, recipe, objective.lengths());
            }
            TextModel text = new TextModel(model, tokenizer);
            Atomic.text(folder.recipe(), recipe.toYaml());
            Atomic.text(folder.architecture(), architecture.toJson());
            Atomic.text(folder.tokenizer(), tokenizer.toJson());
            if (objective.labels().isPresent()) {
                Atomic.text(
                        folder.labels(), TextSettings.json(objective.labels().get()));
            }
            try (TrainingLoop loop = new TrainingLoop(this, text, objective, optimizer, random)) {
                loop.resume();
                loop.run();
                return outcome(loop, text, began);
            }
        }
    }

    private Outcome outcome(TrainingLoop loop, TextModel text, long began) {
        long parameters = text.model().weights().stream()
                .mapToLong(weight -> weight.shape().count())
                .sum();
        if (stopping && !loop.isDone()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Outcome(Map.of(), Map.of(), seconds, parameters, loop.step(), List.of());
        }
        List<Long> chosen = loop.choose();
        Objective.Judged judged = loop.judged(chosen);
        TensorFile.write(folder.model(), Saved.numbers(text.model()));
        double seconds = (System.nanoTime() - began) / 1e9;
        Outcome outcome = new Outcome(judged.measures(), judged.notes(), seconds, parameters, loop.step(), chosen);
        Atomic.text(folder.outcome(), outcome.toJson());
        RunReport.write(folder, recipe, text, outcome, judged);
        return outcome;
    }

    /// That of a run begun before, else one made for the texts.
    private Tokenizer tokenizer(List<? extends Example> training) {
        return Files.exists(folder.tokenizer())
                ? Tokenizer.load(folder.tokenizer())
                : recipe.words()
                        .tokenizer(
                                () -> training.stream()
                                        .<String>mapMulti((example, give) ->
                                                example.texts().forEach(give))
                                        .iterator(),
                                recipe.objective().specials());
    }

    private static void checkFits(Architecture architecture, int vocabulary) {
        int words = architecture
                .topology()
                .build(Parameters.root(), architecture.width())
                .table()
                .map(Table.Built::vocabulary)
                .orElse(vocabulary);
        if (words < vocabulary) {
            throw new IllegalArgumentException("model.architecture: its vocabulary of " + words
                    + " is smaller than the " + vocabulary + " tokens of the data; make it at least that");
        }
    }

    private static void checkRecomputed(Transformer model) {
        model.saved().stream()
                .filter(parameter -> parameter.kind() == Parameter.Kind.RUNNING)
                .findFirst()
                .ifPresent(parameter -> {
                    throw new IllegalArgumentException("recompute: " + parameter.name()
                            + " is measured on each batch, and would be twice; set recompute=false or take a norm that"
                            + " measures nothing");
                });
    }
}
