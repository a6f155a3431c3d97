package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.EncoderDecoder;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.data.Order;
import io.attend.data.Pair;
import io.attend.data.TokenPair;
import io.attend.embedding.Table;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.model.Transformer;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import io.attend.tokenizer.Tokenizer;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Carries out a recipe in a run folder, from the newest checkpoint there if there is one.
///
/// Everything that decides what comes next is either a function of the seed and the step (the order of examples)
/// or in the checkpoint (weights, what the optimizer remembers, the state of the random source): a run that is
/// stopped and resumed goes on to the same bits as one that was not.
public final class Trainer {
    private static final int METRICS_EVERY = 20;
    private static final int JUDGED_AT_ONCE = 250;
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String RANDOM = "random";

    private final Recipe recipe;
    private final RunFolder folder;
    private final Progress progress;

    public Trainer(Recipe recipe, RunFolder folder, Progress progress) {
        this.recipe = recipe.threads().isPresent() ? recipe : recipe.threads(begunThreads(folder));
        this.folder = folder;
        this.progress = progress;
    }

    /// The threads a run was begun with, since the last bits of its sums depend on them; all there are for a new
    /// one.
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
    /// @param exactMatch share of held-out examples written exactly right
    /// @param seconds this process spent training
    /// @param parameters numbers learned
    public record Outcome(double exactMatch, double seconds, long parameters) {}

    /// Trains to the last step, measures, and leaves the model and the report in the run folder.
    public Outcome run() {
        int threads = Threads.count();
        Threads.use(recipe.threads().orElseThrow());
        try {
            return train();
        } finally {
            Threads.use(threads);
        }
    }

    private Outcome train() {
        long began = System.nanoTime();
        List<Pair> training = recipe.data().training(recipe.seed());
        List<Pair> heldOut = recipe.data().heldOut(recipe.seed());
        Tokenizer tokenizer = Tokenizer.characters(
                () -> training.stream()
                        .flatMap(p -> Stream.of(p.source(), p.target()))
                        .iterator(),
                TextModel.SPECIALS);
        Architecture architecture = recipe.model().architecture(tokenizer.size());
        checkFits(architecture, tokenizer.size());
        MemoryCheck.of(architecture, recipe);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, recipe.seed());
                Random random = Random.seeded(~recipe.seed());
                Optimizer.Built optimizer = recipe.optimizer().build(model.weights())) {
            TextModel text = new TextModel(model, tokenizer);
            Atomic.text(folder.recipe(), recipe.toYaml());
            Atomic.text(folder.architecture(), architecture.toJson());
            Atomic.text(folder.tokenizer(), tokenizer.toJson());
            Loop loop = new Loop(text, optimizer, random, tokens(text, training), tokens(text, heldOut));
            loop.resume();
            loop.run();
            Evaluation judged = Evaluation.of(text, heldOut, longest(heldOut), JUDGED_AT_ONCE);
            TensorFile.write(folder.model(), numbers(model));
            double seconds = (System.nanoTime() - began) / 1e9;
            Outcome outcome = new Outcome(
                    judged.exactMatch(),
                    seconds,
                    model.weights().stream().mapToLong(p -> p.shape().count()).sum());
            RunReport.write(folder, recipe, text, outcome, judged);
            return outcome;
        }
    }

    private static void checkFits(Architecture architecture, int vocabulary) {
        if (!(architecture.topology() instanceof EncoderDecoder topology)) {
            throw new IllegalArgumentException("model.architecture: pairs are learned by an EncoderDecoder, not by a "
                    + architecture.topology().getClass().getSimpleName());
        }
        int words = topology.build(Parameters.root(), architecture.width())
                .table()
                .map(Table.Built::vocabulary)
                .orElse(vocabulary);
        if (words < vocabulary) {
            throw new IllegalArgumentException("model.architecture: its vocabulary of " + words
                    + " is smaller than the " + vocabulary + " characters of the data; make it at least that");
        }
    }

    private static List<TokenPair> tokens(TextModel text, List<Pair> pairs) {
        return pairs.stream()
                .map(pair -> text.encode(pair.source(), pair.target()))
                .toList();
    }

    private static int longest(List<Pair> pairs) {
        return pairs.stream().mapToInt(pair -> pair.target().length()).max().orElseThrow() + 2;
    }

    private static Map<String, Tensor> numbers(Transformer model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.saved().forEach(parameter -> tensors.put(parameter.name(), parameter.tensor()));
        return tensors;
    }

    /// One run's moving parts.
    private final class Loop {
        private final TextModel text;
        private final Optimizer.Built optimizer;
        private final Random random;
        private final List<TokenPair> training;
        private final List<TokenPair> heldOut;
        private final List<Tensor> weights;
        private final Order order;
        private long step;

        Loop(
                TextModel text,
                Optimizer.Built optimizer,
                Random random,
                List<TokenPair> training,
                List<TokenPair> heldOut) {
            this.text = text;
            this.optimizer = optimizer;
            this.random = random;
            this.training = training;
            this.heldOut = heldOut;
            this.weights =
                    text.model().weights().stream().map(Parameter::tensor).toList();
            List<Integer> lengths =
                    training.stream().map(pair -> pair.source().length).toList();
            this.order = new Order(lengths, recipe.batch(), recipe.seed());
            weights.forEach(weight -> weight.requiresGrad(true));
        }

        void resume() {
            folder.newest().ifPresent(saved -> {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open();
                        Transformer stored = Transformer.load(
                                text.model().architecture(),
                                Checkpoint.open(saved.folder()),
                                io.attend.tensor.Device.CPU)) {
                    List<Parameter> from = stored.saved();
                    List<Parameter> to = text.model().saved();
                    for (int i = 0; i < to.size(); i++) {
                        to.get(i).tensor().copy_(from.get(i).tensor());
                    }
                    Map<String, Tensor> state = TensorFile.read(saved.folder().resolve(OPTIMIZER));
                    Tensor randomState = state.remove(RANDOM);
                    if (randomState == null) {
                        throw new TrainingException(saved.folder().resolve(OPTIMIZER)
                                + " has no random state; delete this checkpoint to resume from the one before");
                    }
                    random.restore(randomState);
                    optimizer.restore(state);
                    step = saved.number();
                }
            });
        }

        void run() {
            try (MetricsLog log = MetricsLog.resume(folder.metrics(), step)) {
                progress.begin(step, recipe.steps());
                long tokens = 0;
                double loss = 0;
                long since = System.nanoTime();
                while (step < recipe.steps()) {
                    Step done = learn();
                    tokens += done.tokens();
                    loss = done.loss();
                    if (step % METRICS_EVERY == 0 || step == recipe.steps()) {
                        double seconds = (System.nanoTime() - since) / 1e9;
                        log.write(Metrics.training(step)
                                .with(Metrics.EPOCH, order.epoch(step))
                                .with(Metrics.LOSS, loss)
                                .with(Metrics.LEARNING_RATE, recipe.schedule().rate(step, recipe.steps()))
                                .with(Metrics.GRADIENT_NORM, done.norm())
                                .with(Metrics.TOKENS_PER_SECOND, tokens / seconds));
                        progress.step(
                                step, String.format(Locale.ROOT, "loss %.4f  %,.0f tokens/s", loss, tokens / seconds));
                        tokens = 0;
                        since = System.nanoTime();
                    }
                    if (step % recipe.evaluateEvery() == 0 || step == recipe.steps()) {
                        log.write(Metrics.validation(step).with(Metrics.LOSS, heldOutLoss()));
                    }
                    if (step % recipe.checkpointEvery() == 0 && step < recipe.steps()) {
                        save();
                    }
                }
                save();
            } catch (IOException e) {
                throw new UncheckedIOException(folder.metrics() + " cannot be written", e);
            }
        }

        private record Step(double loss, double norm, long tokens) {}

        private Step learn() {
            try (Lifetime _ = Lifetime.open()) {
                Batch batch =
                        Batch.of(order.batch(step).stream().map(training::get).toList(), text);
                Tensor loss = recipe.objective()
                        .loss(text.model(), batch.inputs(), batch.answers(), Context.training(random));
                double value = loss.item();
                checkFinite("loss", value);
                loss.backward();
                double norm = Gradients.clip(weights, recipe.clip());
                checkFinite("gradient", norm); // before it ruins the weights
                step++;
                optimizer.step(recipe.schedule().rate(step, recipe.steps()));
                weights.forEach(Tensor::clearGrad);
                return new Step(value, norm, batch.tokens());
            }
        }

        private void checkFinite(String what, double value) {
            if (!Double.isFinite(value)) {
                throw diverged("the " + what + " of step " + (step + 1) + " is " + value);
            }
        }

        private void checkWeights() {
            for (Parameter weight : text.model().weights()) {
                if (!weight.tensor().isfinite().all()) {
                    throw diverged("the weights " + weight.name() + " of step " + step + " are not finite");
                }
            }
        }

        private TrainingException diverged(String what) {
            return new TrainingException(what + "; lower the schedule's rate and run again: it goes on from "
                    + folder.newest().map(saved -> "step " + saved.number()).orElse("the start"));
        }

        private double heldOutLoss() {
            double sum = 0;
            long tokens = 0;
            for (int from = 0; from < heldOut.size(); from += JUDGED_AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Batch batch =
                            Batch.of(heldOut.subList(from, Math.min(from + JUDGED_AT_ONCE, heldOut.size())), text);
                    sum += batch.answered()
                            * recipe.objective()
                                    .evaluation()
                                    .loss(text.model(), batch.inputs(), batch.answers(), Context.inference())
                                    .item();
                    tokens += batch.answered();
                }
            }
            return sum / tokens;
        }

        private void save() {
            if (folder.newest().map(saved -> saved.number() == step).orElse(false)) {
                return;
            }
            try (Lifetime _ = Lifetime.open()) {
                checkWeights();
                Map<String, Tensor> state = new LinkedHashMap<>(optimizer.state());
                state.put(RANDOM, random.state());
                folder.save(step, place -> {
                    TensorFile.write(place.resolve("model.safetensors"), numbers(text.model()));
                    TensorFile.write(place.resolve(OPTIMIZER), state);
                });
            }
            folder.keepLast(recipe.keepCheckpoints());
        }
    }
}
