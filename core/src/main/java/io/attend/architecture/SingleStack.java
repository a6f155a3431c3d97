package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.embedding.Input;
import io.attend.embedding.Table;
import io.attend.kernel.Row;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Memory;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// One embedding and one stack at work, which encoders and decoders have in common.
final class SingleStack implements Topology.Built {
    private final String place;
    private final Embedding.Built embedding;
    private final Layer stack;
    private final Place root;
    private final boolean remembers;
    private final int width;

    SingleStack(Topology value, Embedding embedding, Stack stack, Parameters parameters, int width) {
        this.place = value.stacks().keySet().iterator().next();
        this.root = new Place(place);
        this.remembers = value.generates();
        this.embedding = embedding.build(parameters.in("embedding"), width, Optional.empty());
        this.width = this.embedding.leaving(stack.leaving(width));
        this.stack = stack.build(parameters.in(place).stack(), Site.width(width));
    }

    @Override
    public Tensor forward(Inputs inputs, Context context) {
        if (inputs.target().isPresent()) {
            throw new IllegalArgumentException(
                    "this model has one stack, " + place + ": it takes a source and no target");
        }
        return step(inputs.source(), Topology.given(inputs.source(), context));
    }

    @Override
    public Optional<Memory> read(Input source, Context context) {
        return Optional.empty();
    }

    @Override
    public Tensor step(Input next, Context given) {
        Context context = given.worded(next.words());
        Tensor x = embedding.forward(next, context);
        context.at(root).show("embedding", x);
        Context above = embedding.above(next, context);
        x = stack.forward(x, above); // [B, T, E]
        context.at(root).show("output", x);
        return embedding.leave(x, above);
    }

    @Override
    public Optional<TokenStep> row(StepPlan plan) {
        Row x = new Row(width);
        return embedding
                .row(plan)
                .flatMap(words -> stack.row(plan, root).map(layers -> (token, y) -> {
                    words.apply(token, x);
                    layers.apply(x, y);
                }));
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public Optional<Table.Built> table() {
        return embedding.table();
    }

    @Override
    public Cost cost(Topology.Sizes sizes) {
        Load load = Load.batch(sizes.batch()).length(sizes.source()).cached(sizes.cached());
        Cost cost = embedding.cost(load).plus(stack.cost(embedding.rows(load)));
        return remembers ? cost : cost.forgetting();
    }
}
