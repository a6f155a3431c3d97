package io.attend.objective;

import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Another objective whose loss is counted differently while learning; to be judged by, it is what it was.
abstract class Around implements Objective.Built {
    private final Objective.Built inner;

    Around(Objective.Built inner) {
        this.inner = inner;
    }

    /// A weight of something added to a loss.
    static void weight(double weight) {
        if (!(weight > 0 && weight <= 1e6)) {
            throw new IllegalArgumentException("weight " + weight + " is outside (0, 1000000]");
        }
    }

    /// The loss to learn from.
    abstract Tensor learned(Transformer model, Batch batch, Context context);

    /// What the objective itself counts.
    final Tensor plain(Transformer model, Batch batch, Context context) {
        return inner.loss(model, batch, context);
    }

    @Override
    public final Tensor loss(Transformer model, Batch batch, Context context) {
        return context.isTraining() ? learned(model, batch, context) : plain(model, batch, context);
    }

    @Override
    public final Needs needs() {
        return inner.needs();
    }

    @Override
    public void check(Transformer model) {
        inner.check(model);
    }

    @Override
    public final List<Integer> lengths() {
        return inner.lengths();
    }

    @Override
    public final List<Integer> targetLengths() {
        return inner.targetLengths();
    }

    @Override
    public final Batch training(List<Integer> examples, RandomGenerator random) {
        return inner.training(examples, random);
    }

    @Override
    public final int heldOut() {
        return inner.heldOut();
    }

    @Override
    public final Batch heldOut(int from, int to) {
        return inner.heldOut(from, to);
    }

    @Override
    public final double smoothing() {
        return inner.smoothing();
    }

    @Override
    public final Objective.Judged judge(TextModel text, double loss) {
        return inner.judge(text, loss);
    }

    @Override
    public final Optional<List<String>> labels() {
        return inner.labels();
    }

    @Override
    public void close() {
        inner.close();
    }
}
