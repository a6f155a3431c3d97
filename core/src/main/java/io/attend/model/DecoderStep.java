package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.kernel.Pool;
import io.attend.kernel.Row;
import io.attend.kernel.Vectors;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.state.Cache;
import io.attend.state.State;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.util.Map;
import java.util.Optional;

/// A decoder that takes one token of one text at a time in plain memory, by kernels that read each weight once
/// where it lies, without a call of the engine. Any model has it whose layers all have a `row`.
final class DecoderStep implements AutoCloseable {
    private final StepPlan plan;
    private final TokenStep body;
    private final RowStep head;
    private final Row vector;
    private final Row scores;

    private DecoderStep(StepPlan plan, TokenStep body, RowStep head, Row vector, Row scores) {
        this.plan = plan;
        this.body = body;
        this.head = head;
        this.vector = vector;
        this.scores = scores;
    }

    /// Absent where a layer has no such form, or Java was started without its vectors.
    ///
    /// @param states what the layers remember, shared with the engine's way
    static Optional<DecoderStep> of(Architecture.Built model, Map<Place, State> states, Cache cache) {
        if (!cache.isPlain() || !Vectors.available() || model.head().outputs().isEmpty()) {
            return Optional.empty();
        }
        Pool.common().use(Threads.count());
        StepPlan plan = new StepPlan(states, cache);
        Row vector = new Row(model.topology().width());
        Row scores = new Row(model.head().outputs().getAsInt());
        Optional<DecoderStep> step = model.topology()
                .row(plan)
                .flatMap(body -> model.head()
                        .row(plan, new Place("head"))
                        .map(head -> new DecoderStep(plan, body, head, vector, scores)));
        if (step.isEmpty()) {
            plan.close();
        }
        return step;
    }

    /// Scores [1, V] of what follows a token that stands behind `position` others.
    Tensor next(long token, long position) {
        plan.position(position);
        body.apply(token, vector);
        head.apply(vector, scores);
        return Tensor.of(scores.values(), 1, scores.length());
    }

    @Override
    public void close() {
        plan.close();
    }
}
