package io.attend.attention;

import io.attend.kernel.HeadAttention;
import io.attend.kernel.Row;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowProducts;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.mask.Band;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.Added;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.state.SourceState;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// [SoftmaxAttention] at work: the four projections and the split into heads, common to both its uses.
abstract sealed class SoftmaxLayer implements Layer {
    final SoftmaxAttention value;
    final int width;
    final int size;
    final Linear query;
    final Linear key;
    final Linear values;
    final Linear output;
    final Layer queryNorm;
    final Layer keyNorm;
    final RelativePosition.Built position;
    final Score.Built score;

    private SoftmaxLayer(SoftmaxAttention value, Parameters parameters, int width, int memoryWidth) {
        this.value = value;
        this.width = width;
        this.size = value.heads().sizeIn(width, parameters);
        int heads = value.heads().count();
        int shared = value.heads().keyValueCount();
        ProjectionGroups groups = value.groups();
        this.query = project(parameters.in("query"), width, heads * size, groups.query(), value.bias().query);
        this.key = project(parameters.in("key"), memoryWidth, shared * size, groups.key(), value.bias().key);
        this.values = project(parameters.in("value"), memoryWidth, shared * size, groups.value(), value.bias().value);
        this.output = project(parameters.in("output"), heads * size, width, groups.output(), value.bias().output);
        this.queryNorm = value.norm().build(parameters.in("query").in("norm"), heads, size);
        this.keyNorm = value.norm().build(parameters.in("key").in("norm"), shared, size);
        this.position = value.position().build(parameters.in("position"), new HeadShape(heads, shared, size));
        this.score = value.score().build(parameters.in("score"), new Score.Sizes(heads, size));
    }

    private static Linear project(Parameters parameters, int from, int to, int groups, Bias bias) {
        return new Linear(parameters, Linear.Size.from(from).to(to).groups(groups), bias);
    }

    Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
    }

    private Tensor clipped(Tensor x) {
        return value.clip().isPresent()
                ? x.clamp(-value.clip().getAsDouble(), value.clip().getAsDouble())
                : x;
    }

    Tensor queries(Tensor x, Context context) {
        return split(queryNorm.forward(clipped(query.forward(x)), context)); // [B, H, T, D]
    }

    Tensor keys(Tensor x, Context context) {
        return split(keyNorm.forward(clipped(key.forward(x)), context)); // [B, K, T, D]
    }

    Tensor values(Tensor x) {
        return split(clipped(values.forward(x))); // [B, K, T, D]
    }

    /// Attention of prepared queries on prepared keys, heads merged and projected.
    Tensor merge(
            Tensor queries,
            Tensor keys,
            Tensor vectors,
            Context.Visible visible,
            Optional<Tensor> bias,
            Context context) {
        return merge(AttentionKernel.attend(
                queries, keys, vectors, visible, bias, score, position, value.dropout(), context));
    }

    Tensor merge(Tensor y) {
        return output.forward(y.transpose(1, 2).reshape(y.size(0), y.size(2), -1)); // [B, H, T, D] → [B, T, E]
    }

    /// All but the projections of keys and values.
    Cost pairs(Load load, double keys) {
        Score.Work work = score.work();
        double queries = load.rows() * value.heads().count();
        return Cost.flops(queries * keys * (work.pair() + 2.0 * size + 5) // scores, weighted values, softmax
                        + queries * work.query())
                .saving(queries * (2.0 * size + 1) + weights(load, keys)) // queries, result, one normaliser a row
                .plus(queryNorm.cost(load))
                .plus(Cost.flops(query.flops(load.rows()) + output.flops(load.rows())));
    }

    /// Numbers kept of all pairs where they are neither left to the fused kernel nor computed again.
    private double weights(Load load, double keys) {
        double scores = load.rows() * value.heads().count() * keys;
        if (scores > AttentionKernel.MOST_SCORES) {
            return 0;
        }
        double dropped = value.dropout() > 0 ? 2 : 0; // dropout's mask and what it leaves
        return score.scale().isPresent() && dropped == 0
                ? 0
                : scores * (1 + dropped + score.work().kept());
    }

    static final class Self extends SoftmaxLayer {
        Self(SoftmaxAttention value, Parameters parameters, int width) {
            super(value, parameters, width, width);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Optional<KeyValueState> rolling = context.rolling();
            if (rolling.isPresent()) {
                return rolled(x, rolling.get(), context);
            }
            Tensor queries = position.queries(queries(x, context), context); // [B, H, T, D]
            Tensor keys = position.keys(keys(x, context), context); // [B, K, T, D]
            Tensor vectors = position.values(values(x), context);
            Optional<KeyValueState> state = context.keyValues();
            if (state.isPresent()) {
                state.get().append(keys, vectors);
                keys = state.get().keys(); // [B, K, S, D]
                vectors = state.get().values();
            }
            Optional<Band> band = context.wantsAttention()
                    ? Optional.empty()
                    : WindowKernel.band(value.mask(), position, x.size(1), keys.size(2), context);
            if (band.isPresent()) {
                return merge(WindowKernel.attend(
                        value.mask(),
                        band.get(),
                        score.queries(queries),
                        score.keys(keys),
                        vectors,
                        context.keep(),
                        "all",
                        Optional.empty(),
                        new WindowKernel.Making(score, position, value.dropout()),
                        context));
            }
            return merge(
                    score.queries(queries),
                    score.keys(keys),
                    vectors,
                    context.visible(value.mask(), x.size(1), keys.size(2)),
                    position.bias(queries, keys, context),
                    context);
        }

        /// Positions act on all keys at every step, by where they stand among those remembered.
        private Tensor rolled(Tensor x, KeyValueState state, Context context) {
            state.append(keys(x, context), values(x));
            Tensor kept = state.keys(); // [B, K, S, D]
            Context last = context.behind(kept.size(2) - x.size(1));
            Context all = context.counted(0);
            Tensor queries = position.queries(queries(x, last), last); // [B, H, T, D]
            Tensor keys = position.keys(kept, all); // [B, K, S, D]
            return merge(
                    score.queries(queries),
                    score.keys(keys),
                    position.values(state.values(), all),
                    last.visible(value.mask(), x.size(1), keys.size(2)),
                    position.bias(queries, keys, last),
                    last);
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            Optional<RowProducts> projections = RowProducts.of(plan, query, key, values);
            Optional<RowProducts> merging = RowProducts.of(plan, output);
            Optional<RelativePosition.Turn> turn = position.row();
            if (projections.isEmpty()
                    || merging.isEmpty()
                    || turn.isEmpty()
                    || score.product().isEmpty()
                    || value.clip().isPresent()
                    || !value.norm().equals(QueryKeyNorm.NONE)
                    || value.mask().from(0).isEmpty()) {
                return Optional.empty();
            }
            int heads = value.heads().count();
            int shared = value.heads().keyValueCount();
            Row queries = new Row(heads * size);
            Row keys = new Row(shared * size);
            Row vectors = new Row(shared * size);
            Row gathered = new Row(heads * size);
            HeadAttention attention =
                    new HeadAttention(heads, shared, size, size, score.product().getAsDouble());
            return Optional.of((x, y) -> {
                long now = plan.position();
                projections.get().apply(x, queries, keys, vectors);
                turn.get().apply(queries.values(), heads, now);
                turn.get().apply(keys.values(), shared, now);
                KeyValueState state = plan.keysAndValues(place);
                state.append(
                        keys.values(), vectors.values(), shared, key.weight().dtype());
                int from = (int) value.mask().from(now).getAsLong();
                attention.apply(
                        queries.values(), state.keptKeys(), state.keptValues(), from, (int) now + 1, gathered.values());
                gathered.changed();
                merging.get().apply(gathered, y);
            });
        }

        @Override
        public Cost cost(Load load) {
            int shared = value.heads().keyValueCount();
            double numbers = 2.0 * shared * size; // a position
            double prepared =
                    (double) load.batch() * load.keys() * shared * score.work().key();
            double seen = value.mask()
                    .band()
                    .filter(_ -> !position.gathers() && position.added() != Added.PAIR)
                    .map(band -> (double) band.keys(load.length()))
                    .filter(keys -> keys < load.keys())
                    .orElse((double) load.keys());
            // blocks of keys and values side by side, each key in as many as see it
            double copied = seen < load.keys()
                    ? 2
                            * numbers
                            * load.rows()
                            * seen
                            / value.mask().band().orElseThrow().queries(load.length())
                    : 0;
            return pairs(load, seen)
                    .saving(copied)
                    .plus(Cost.flops(key.flops(load.rows()) + values.flops(load.rows()) + prepared))
                    .plus(keyNorm.cost(load))
                    .plus(position.cost(load))
                    .saving(load.rows() * (width + numbers))
                    .remembering(numbers * load.batch() * load.keys());
        }
    }

    static final class Cross extends SoftmaxLayer {
        Cross(SoftmaxAttention value, Parameters parameters, int width, int memoryWidth) {
            super(value, parameters, width, memoryWidth);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Optional<SourceState> state = context.state(SourceState.class, SourceState::new);
            if (state.isPresent() && state.get().length() > 0) {
                return attend(x, state.get().keys(), state.get().values(), context);
            }
            Tensor memory = context.memory().values(); // [B, S, M]
            Tensor keys = score.keys(keys(memory, context)); // [B, K, S, D]
            Tensor vectors = values(memory);
            state.ifPresent(kept -> kept.read(keys, vectors));
            return attend(x, keys, vectors, context);
        }

        private Tensor attend(Tensor x, Tensor keys, Tensor vectors, Context context) {
            Tensor queries = score.queries(queries(x, context));
            return merge(queries, keys, vectors, context.visibleMemory(), Optional.empty(), context);
        }

        @Override
        public Cost cost(Load load) {
            double memoryRows = (double) load.batch() * load.memory();
            double keys = memoryRows * value.heads().keyValueCount();
            double keyNumbers = keys * (score.keySize(size) + size);
            double projections = load.cached() == 0
                    ? key.flops(memoryRows)
                            + values.flops(memoryRows)
                            + keys * score.work().key()
                    : 0;
            return pairs(load, load.memory())
                    .plus(Cost.flops(projections))
                    .saving(load.rows() * width + keyNumbers)
                    .remembering(keyNumbers);
        }
    }
}
