package io.attend.training;

import io.attend.checkpoint.RunFolder;
import io.attend.data.Curriculum;
import io.attend.data.Order;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.objective.Batch;
import io.attend.objective.Objective;
import io.attend.optimizer.MovingAverage;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.Autocast;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/// A run's moving parts: its steps, what is measured between them, and what is kept of them.
final class TrainingLoop implements AutoCloseable {
    private static final int JUDGED_AT_ONCE = 250;
    private static final String RANDOM = "random";
    private static final String LOSS_SCALE = "lossScale";
    private static final String UPDATES = "averaged";

    private final Trainer run;
    private final Recipe recipe;
    private final RunFolder folder;
    private final Transformer model;
    private final Objective.Built objective;
    private final Optimizer.Built optimizer;
    private final Random random;
    private final List<Tensor> weights;
    private final Order order;
    private final Optional<Curriculum.Built> curriculum;
    private final long firstEpoch;
    private final Selection.Built selection;
    private final TextModel text;
    private long step;
    private Optional<MovingAverage> average = Optional.empty();
    private final Optional<LossScaling.Factor> scale;
    private Optional<Measured> measured = Optional.empty();
    private double secondsBefore;
    private long began;

    TrainingLoop(Trainer run, TextModel text, Objective.Built objective, Optimizer.Built optimizer, Random random) {
        this.run = run;
        this.recipe = run.recipe;
        this.folder = run.folder;
        this.selection = recipe.selection().build();
        this.scale = recipe.precision().lossScaling().map(LossScaling.Factor::new);
        this.text = text;
        this.model = text.model();
        this.objective = objective;
        this.optimizer = optimizer;
        this.random = random;
        this.weights = model.weights().stream().map(Parameter::tensor).toList();
        this.order = new Order(objective.lengths(), objective.targetLengths(), recipe.batching(), recipe.seed());
        this.curriculum =
                recipe.curriculum().map(value -> value.build(objective.lengths(), recipe.batch(), recipe.seed()));
        this.firstEpoch = recipe.curriculum().map(Curriculum::steps).orElse(0);
        weights.forEach(weight -> weight.requiresGrad(true));
    }

    void resume() {
        folder.newest().ifPresent(saved -> {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                Map<String, Tensor> state = Saved.read(saved, model);
                average(Saved.separated(state, model), Optional.ofNullable(state.remove(UPDATES)));
                Optional<Tensor> factor = Optional.ofNullable(state.remove(LOSS_SCALE));
                scale.ifPresent(at -> factor.ifPresent(value -> at.restore(value.toDoubles())));
                random.restore(Saved.taken(state, RANDOM, saved));
                optimizer.restore(state);
            }
            step = saved.number();
        });
        if (average.isEmpty()) {
            average(Map.of(), Optional.empty());
        }
        try {
            for (Metrics row : MetricsLog.read(folder.metrics())) {
                if (row.step() <= step) {
                    secondsBefore = row.number(Metrics.SECONDS).orElse(secondsBefore);
                    if (row.split() == Metrics.Split.VALIDATION) {
                        selection.measured(row.step(), row.numbers());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /// Begins or goes on with the average of the weights.
    ///
    /// @param raw the weights that were trained, if the model now holds their averages
    private void average(Map<Tensor, Tensor> raw, Optional<Tensor> updates) {
        average = recipe.movingAverage().stream()
                .mapToObj(decay -> new MovingAverage(model.weights(), decay))
                .findFirst();
        average.ifPresent(begun -> updates.ifPresent(begun::resume));
        raw.forEach(Tensor::copy_);
    }

    /// The model as it is judged and saved, until the result is closed: with averaged weights, if they are.
    private MovingAverage.Swap averaged() {
        return average.map(MovingAverage::inPlace).orElse(() -> {});
    }

    /// Steps made so far.
    long step() {
        return step;
    }

    /// Whether there is nothing more to learn: all steps are made, or the selection has seen enough.
    boolean isDone() {
        return step >= recipe.steps() || selection.enough();
    }

    @Override
    public void close() {
        average.ifPresent(MovingAverage::close);
    }

    /// Trains from where the run stands to its end, or to where it is stopped.
    void run() {
        began = System.nanoTime();
        try (MetricsLog log = MetricsLog.resume(folder.metrics(), step);
                Prefetch prepared = new Prefetch(this::prepare, recipe.prefetch(), step, recipe.steps())) {
            run.progress.begin(step, recipe.steps());
            long tokens = 0;
            long since = System.nanoTime();
            while (step < recipe.steps() && !run.isStopping() && !selection.enough()) {
                Step done = learn(prepared);
                tokens += done.tokens();
                if (step % recipe.reportEvery() == 0 || step == recipe.steps()) {
                    double speed = tokens / ((System.nanoTime() - since) / 1e9);
                    Metrics row = Metrics.training(step)
                            .with(Metrics.EPOCH, order.epoch(step))
                            .with(Metrics.LOSS, done.loss())
                            .with(Metrics.LEARNING_RATE, recipe.schedule().rate(step, recipe.steps()))
                            .with(Metrics.GRADIENT_NORM, done.norm())
                            .with(Metrics.TOKENS_PER_SECOND, speed)
                            .with(Metrics.SECONDS, seconds())
                            .with(done.routers());
                    log.write(scale.map(factor -> row.with(LOSS_SCALE, factor.value()))
                            .orElse(row));
                    run.progress.step(
                            step, String.format(Locale.ROOT, "loss %.4f  %,.0f tokens/s", done.loss(), speed));
                    tokens = 0;
                    since = System.nanoTime();
                }
                boolean evaluated = evaluate(log);
                if (step < recipe.steps()
                        && (step % recipe.checkpointEvery() == 0
                                || evaluated && selection.kept().equals(OptionalLong.of(step)))) {
                    save();
                }
            }
            save();
        } catch (IOException e) {
            throw new UncheckedIOException(folder.metrics() + " cannot be written", e);
        } catch (TensorException e) {
            throw e.isOutOfMemory() ? starved(e) : e;
        }
    }

    /// Since the run began, in this process and those before.
    private double seconds() {
        return secondsBefore + (System.nanoTime() - began) / 1e9;
    }

    /// Measures held-out examples if it is time.
    ///
    /// @return whether it was
    private boolean evaluate(MetricsLog log) throws IOException {
        boolean last = step == recipe.steps();
        boolean judges = recipe.judgeEvery().isPresent()
                && (last || step % recipe.judgeEvery().getAsInt() == 0);
        if (!judges && !last && step % recipe.evaluateEvery() != 0) {
            return false;
        }
        Map<String, Double> measures = new LinkedHashMap<>();
        try (MovingAverage.Swap _ = averaged()) {
            double loss = heldOutLoss();
            measures.put(Metrics.LOSS, loss);
            Optional<Objective.Judged> judged = judges ? Optional.of(judged(loss)) : Optional.empty();
            if (judged.isPresent()) {
                measures.putAll(judged.get().measures());
                checkMeasured(measures);
            }
            measured = Optional.of(new Measured(step, loss, judged));
        }
        Metrics row = Metrics.validation(step);
        for (Map.Entry<String, Double> measure : measures.entrySet()) {
            row = row.with(measure.getKey(), measure.getValue());
        }
        log.write(row.with(Metrics.SECONDS, seconds()));
        selection.measured(step, measures);
        return true;
    }

    private void checkMeasured(Map<String, Double> measures) {
        recipe.selection().named().filter(name -> !measures.containsKey(name)).ifPresent(name -> {
            throw new TrainingException("selection goes by " + name + ", but what is measured is "
                    + String.join(", ", measures.keySet()) + "; name one of these");
        });
    }

    /// What was last measured, and at which step.
    private record Measured(long step, double loss, Optional<Objective.Judged> judged) {}

    /// How the model does whose weights are those of the chosen steps; not measured twice.
    Objective.Judged judged(List<Long> chosen) {
        Optional<Measured> known = measured.filter(last -> chosen.equals(List.of(last.step())));
        return known.flatMap(Measured::judged)
                .orElseGet(() -> judged(known.map(Measured::loss).orElseGet(this::heldOutLoss)));
    }

    private Objective.Judged judged(double loss) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return objective.judge(text, loss);
        }
    }

    /// Gives the model the weights that the recipe chooses.
    List<Long> choose() {
        List<RunFolder.Step> steps = folder.steps();
        List<Long> chosen =
                selection.chosen(steps.stream().map(RunFolder.Step::number).toList());
        Saved.mean(
                steps.stream().filter(saved -> chosen.contains(saved.number())).toList(), model);
        return chosen;
    }

    private record Step(double loss, double norm, long tokens, Map<String, Double> routers) {}

    /// The examples of a step, as one batch or, to need less memory, in parts one after another.
    private List<Batch> prepare(long at) {
        List<Integer> examples =
                curriculum.flatMap(some -> some.batch(at)).orElseGet(() -> order.batch(at - firstEpoch));
        SplittableRandom drawn = new SplittableRandom(recipe.seed() * 0x9E3779B97F4A7C15L + at);
        int part = Math.ceilDiv(examples.size(), recipe.accumulate());
        List<Batch> parts = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += part) {
            Batch whole = objective.training(examples.subList(from, Math.min(from + part, examples.size())), drawn);
            parts.add(recipe.windows().map(growing -> growing.cut(whole, at)).orElse(whole));
        }
        return parts;
    }

    /// One change of the weights: each part's loss counts as much as it has answers, so the gradient is
    /// that of the whole.
    private Step learn(Prefetch prepared) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor before = random.state();
            List<Batch> batches = prepared.take();
            long answered = batches.stream().mapToLong(Batch::answered).sum();
            double value = 0;
            Map<String, Double> routers = new LinkedHashMap<>();
            long tokens = 0;
            for (Batch batch : batches) {
                try (Lifetime _ = Lifetime.open()) {
                    double share = (double) batch.answered() / answered;
                    Context pass = recipe.recompute() ? pass().recomputing() : pass();
                    Tensor loss = loss(batch, pass);
                    value += share * loss.item();
                    Routers.figures(pass).forEach((name, one) -> routers.merge(name, share * one, Double::sum));
                    loss = Routers.added(loss, recipe.auxiliary(), pass);
                    tokens += batch.tokens();
                    if (!Double.isFinite(value)) {
                        throw diverged("the loss", value, culprit(batches, before));
                    }
                    double times = share * scale.map(LossScaling.Factor::value).orElse(1.0);
                    (times == 1 ? loss : loss.mul(times)).backward();
                }
            }
            scale.ifPresent(factor -> Gradients.scale(weights, 1 / factor.value()));
            double norm = clip();
            boolean finite = Double.isFinite(norm);
            if (!scale.map(factor -> factor.step(finite)).orElse(finite)) { // before it ruins the weights
                throw diverged("the gradient", norm, culprit(batches, before));
            }
            step++;
            if (finite) {
                optimizer.step(recipe.schedule().rate(step, recipe.steps()));
                average.ifPresent(MovingAverage::update);
            }
            weights.forEach(Tensor::clearGrad);
            return new Step(value, norm, tokens, routers);
        }
    }

    private Context pass() {
        return Context.training(random).step(step);
    }

    private Tensor loss(Batch batch, Context pass) {
        try (Autocast _ = Autocast.open(Trainer.DEVICE, recipe.precision().products())) {
            return objective.loss(model, batch, pass);
        }
    }

    /// @return the norm of the gradients before
    private double clip() {
        if (recipe.clipValue().isEmpty()) {
            return Gradients.clip(weights, recipe.clip());
        }
        double norm = Gradients.clipValue(weights, recipe.clipValue().getAsDouble());
        double _ = Gradients.clip(weights, recipe.clip());
        return norm;
    }

    /// Where the numbers of the present step first are not finite, found by making it once more.
    private String culprit(List<Batch> batches, Tensor before) {
        Optional<String> ruined = Blame.weight(model.weights());
        if (ruined.isPresent()) {
            return "the step before made " + ruined.get() + " not finite";
        }
        weights.forEach(Tensor::clearGrad);
        random.restore(before);
        for (Batch batch : batches) {
            try (Lifetime _ = Lifetime.open()) {
                Blame blame = new Blame();
                Context pass = pass().observed(blame);
                Tensor loss = loss(batch, pass);
                if (!Double.isFinite(loss.item())) {
                    return "the first output that is not finite is that of " + blame.forward();
                }
                Routers.added(loss, recipe.auxiliary(), pass).backward();
                Optional<String> backward = blame.backward().or(() -> Blame.gradient(model.weights()));
                if (backward.isPresent()) {
                    return "the gradient is finite up to " + backward.get() + ", and not behind it";
                }
            }
        }
        return "each of its numbers is finite, but their sum of squares is not";
    }

    private void checkWeights() {
        Blame.weight(model.weights()).ifPresent(name -> {
            throw diverged("the weights " + name + " of step " + step + " are not finite");
        });
    }

    private TrainingException diverged(String what, double value, String culprit) {
        return diverged(what + " of step " + (step + 1) + " is " + value + ": " + culprit);
    }

    private TrainingException diverged(String what) {
        return new TrainingException(what + "; lower the schedule's rate and run again: it goes on from " + home());
    }

    private TrainingException starved(TensorException failure) {
        return new TrainingException(
                "step " + (step + 1) + " needs more memory than there is (" + failure.getMessage()
                        + "): give accumulate=" + 2 * recipe.accumulate()
                        + " for the same gradient in smaller parts, "
                        + (recipe.recompute() ? "" : "recompute=true to keep less of each, ")
                        + "or less at once than batch=" + recipe.batch()
                        + ", shorter examples or a smaller model; it goes on from "
                        + home(),
                failure);
    }

    /// Where the run goes on from when it is run again.
    private String home() {
        return folder.newest().map(saved -> "step " + saved.number()).orElse("the start");
    }

    /// Of the model as it stands, so many examples at once as fit where a part of a batch is learned from.
    private double heldOutLoss() {
        int atOnce = Math.min(JUDGED_AT_ONCE, 4 * Math.ceilDiv(recipe.batch(), recipe.accumulate()));
        double sum = 0;
        long answered = 0;
        for (int from = 0; from < objective.heldOut(); from += atOnce) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                Batch batch = objective.heldOut(from, Math.min(from + atOnce, objective.heldOut()));
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
            scale.ifPresent(factor -> state.put(LOSS_SCALE, Tensor.of(factor.state(), 2)));
            average.ifPresent(kept -> {
                state.put(UPDATES, kept.updates());
                Saved.numbers(model).forEach((name, raw) -> state.put(Saved.RAW + name, raw.clone()));
            });
            try (MovingAverage.Swap _ = averaged()) {
                Saved.write(folder, step, Saved.numbers(model), state);
            }
        }
        folder.keepLast(recipe.keepCheckpoints(), selection.kept());
    }
}
