package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.data.Example;
import io.attend.data.Order;
import io.attend.embedding.Table;
import io.attend.generation.TextModel;
import io.attend.generation.TextSettings;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.model.Transformer;
import io.attend.objective.Batch;
import io.attend.objective.Objective;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Carries out a recipe in a run folder, from the newest checkpoint there if there is one.
///
/// Everything that decides what comes next is either a function of the seed and the step (the order of
/// examples) or in the checkpoint (weights, what the optimizer remembers, the state of the random source): a
/// run that is stopped and resumed goes on to the same bits as one that was not.
public final class Trainer {
    private static final int METRICS_EVERY = 20;
    private static final int JUDGED_AT_ONCE = 250;
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String RANDOM = "random";

    private final Recipe recipe;
    private final RunFolder folder;
    private final Progress progress;
    private final CountDownLatch ended = new CountDownLatch(1);
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
    /// @param seconds this process spent training
    /// @param parameters numbers learned
    /// @param stopped the step it was stopped at and goes on from, if it was: nothing is measured then
    public record Outcome(Map<String, Double> measures, double seconds, long parameters, OptionalLong stopped) {}

    /// Asks the run to end after the step it is in, with a checkpoint to go on from. May be called by any
    /// thread.
    public void stop() {
        stopping = true;
    }

    /// Whether it was asked to stop.
    public boolean isStopping() {
        return stopping;
    }

    /// Waits, at most so long, until the run has ended.
    ///
    /// @return whether it has
    public boolean awaitEnd(Duration most) throws InterruptedException {
        return ended.await(most.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Trains to the last step, measures, and leaves the model and the report in the run folder.
    public Outcome run() {
        int threads = Threads.count();
        Threads.use(recipe.threads().orElseThrow());
        try {
            return train();
        } finally {
            Threads.use(threads);
            ended.countDown();
        }
    }

    private Outcome train() {
        long began = System.nanoTime();
        List<? extends Example> training = recipe.data().training(recipe.seed());
        List<? extends Example> heldOut = recipe.data().heldOut(recipe.seed());
        Tokenizer tokenizer = tokenizer(training);
        Objective.Built objective = recipe.objective().build(tokenizer, training, heldOut);
        Architecture architecture = recipe.model().architecture(objective.needs());
        checkFits(architecture, tokenizer.size());
        MemoryCheck.of(architecture, recipe);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, recipe.seed());
                Random random = Random.seeded(~recipe.seed());
                Optimizer.Built optimizer = recipe.optimizer().build(model.weights())) {
            objective.check(model);
            TextModel text = new TextModel(model, tokenizer);
            Atomic.text(folder.recipe(), recipe.toYaml());
            Atomic.text(folder.architecture(), architecture.toJson());
            Atomic.text(folder.tokenizer(), tokenizer.toJson());
            if (objective.labels().isPresent()) {
                Atomic.text(
                        folder.labels(), TextSettings.json(objective.labels().get()));
            }
            Loop loop = new Loop(model, objective, optimizer, random);
            loop.resume();
            loop.run();
            long parameters =
                    model.weights().stream().mapToLong(p -> p.shape().count()).sum();
            if (stopping && loop.step < recipe.steps()) {
                double seconds = (System.nanoTime() - began) / 1e9;
                return new Outcome(Map.of(), seconds, parameters, OptionalLong.of(loop.step));
            }
            Objective.Judged judged = objective.judge(text, loop.heldOutLoss());
            TensorFile.write(folder.model(), numbers(model));
            double seconds = (System.nanoTime() - began) / 1e9;
            Outcome outcome = new Outcome(judged.measures(), seconds, parameters, OptionalLong.empty());
            RunReport.write(folder, recipe, text, outcome, judged);
            return outcome;
        }
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

    private static Map<String, Tensor> numbers(Transformer model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.saved().forEach(parameter -> tensors.put(parameter.name(), parameter.tensor()));
        return tensors;
    }

    /// One run's moving parts.
    private final class Loop {
        private final Transformer model;
        private final Objective.Built objective;
        private final Optimizer.Built optimizer;
        private final Random random;
        private final List<Tensor> weights;
        private final Order order;
        private long step;

        Loop(Transformer model, Objective.Built objective, Optimizer.Built optimizer, Random random) {
            this.model = model;
            this.objective = objective;
            this.optimizer = optimizer;
            this.random = random;
            this.weights = model.weights().stream().map(Parameter::tensor).toList();
            this.order = new Order(objective.lengths(), recipe.batch(), recipe.seed());
            weights.forEach(weight -> weight.requiresGrad(true));
        }

        void resume() {
            folder.newest().ifPresent(saved -> {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open();
                        Transformer stored = Transformer.load(
                                model.architecture(), Checkpoint.open(saved.folder()), io.attend.tensor.Device.CPU)) {
                    List<Parameter> from = stored.saved();
                    List<Parameter> to = model.saved();
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
                while (step < recipe.steps() && !stopping) {
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
                                .with(Metrics.TOKENS_PER_SECOND, tokens / seconds)
                                .with(done.routers()));
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

        private record Step(double loss, double norm, long tokens, Map<String, Double> routers) {}

        /// One change of the weights, from one batch or, to need less memory, from parts of it one after
        /// another: each part's loss counts as much as it has answers, so the gradient is that of the whole.
        private Step learn() {
            List<Integer> examples = order.batch(step);
            SplittableRandom drawn = new SplittableRandom(recipe.seed() * 0x9E3779B97F4A7C15L + step);
            int part = Math.ceilDiv(examples.size(), recipe.accumulate());
            List<List<Integer>> parts = new ArrayList<>();
            for (int from = 0; from < examples.size(); from += part) {
                parts.add(examples.subList(from, Math.min(from + part, examples.size())));
            }
            try (Lifetime _ = Lifetime.open()) {
                List<Batch> batches = parts.stream()
                        .map(some -> objective.training(some, drawn))
                        .toList();
                long answered = batches.stream().mapToLong(Batch::answered).sum();
                double value = 0;
                Map<String, Double> routers = new LinkedHashMap<>();
                long tokens = 0;
                for (Batch batch : batches) {
                    try (Lifetime _ = Lifetime.open()) {
                        double share = (double) batch.answered() / answered;
                        Context pass = Context.training(random).step(step);
                        Tensor loss = objective.loss(model, batch, pass);
                        value += share * loss.item();
                        Routers.figures(pass).forEach((name, one) -> routers.merge(name, share * one, Double::sum));
                        loss = Routers.added(loss, recipe.auxiliary(), pass);
                        tokens += batch.tokens();
                        checkFinite("loss", value);
                        (batches.size() == 1 ? loss : loss.mul(share)).backward();
                    }
                }
                double norm = Gradients.clip(weights, recipe.clip());
                checkFinite("gradient", norm); // before it ruins the weights
                step++;
                optimizer.step(recipe.schedule().rate(step, recipe.steps()));
                weights.forEach(Tensor::clearGrad);
                return new Step(value, norm, tokens, routers);
            }
        }

        private void checkFinite(String what, double value) {
            if (!Double.isFinite(value)) {
                throw diverged("the " + what + " of step " + (step + 1) + " is " + value);
            }
        }

        private void checkWeights() {
            for (Parameter weight : model.weights()) {
                if (!weight.tensor().isfinite().all()) {
                    throw diverged("the weights " + weight.name() + " of step " + step + " are not finite");
                }
            }
        }

        private TrainingException diverged(String what) {
            return new TrainingException(what + "; lower the schedule's rate and run again: it goes on from "
                    + folder.newest().map(saved -> "step " + saved.number()).orElse("the start"));
        }

        double heldOutLoss() {
            double sum = 0;
            long answered = 0;
            for (int from = 0; from < objective.heldOut(); from += JUDGED_AT_ONCE) {
                try (Lifetime _ = Lifetime.open();
                        NoGradient _ = NoGradient.open()) {
                    Batch batch = objective.heldOut(from, Math.min(from + JUDGED_AT_ONCE, objective.heldOut()));
                    sum += batch.answered()
                            * objective.loss(model, batch, Context.inference()).item();
                    answered += batch.answered();
                }
            }
            return sum / answered;
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
                    TensorFile.write(place.resolve("model.safetensors"), numbers(model));
                    TensorFile.write(place.resolve(OPTIMIZER), state);
                });
            }
            folder.keepLast(recipe.keepCheckpoints());
        }
    }
}
