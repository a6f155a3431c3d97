package io.attend.recurrence;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// A recurrence that looks at the memory before every step, with the vector of the step before: the first
/// attention.
///
///     aⱼ = softmax over j of vᵀ tanh(W s + U mⱼ)        c = Σⱼ aⱼ mⱼ        s ← cell([x ; c], s)
///
/// x [B, T, E], memory [B, S, M] → all s [B, T, E]. Time 2·T·S·(A + M) operations and the cell's, T steps one
/// after another; remembers s and U m, S·A numbers, between steps. Names: our `attention` A is the paper's
/// hidden size of its alignment model; `query`, `key` and `score` are its W, U and v. The paper reads words
/// from s, c and the last word together; here the head reads s.
@Source(paper = "Neural Machine Translation by Jointly Learning to Align and Translate", arxiv = "1409.0473")
public record BahdanauRecurrence(
        @Default("\"gru\"") Cell cell,
        int attention,
        @Default("\"first-of-memory\"") Start start) implements Recurrence {
    public static final BahdanauRecurrence EXAMPLE = new BahdanauRecurrence(Cell.GRU, 7, Start.FIRST_OF_MEMORY);
    public static final BahdanauRecurrence LSTM = new BahdanauRecurrence(Cell.LSTM, 7, Start.ZEROS);

    public BahdanauRecurrence {
        if (attention < 1) {
            throw new IllegalArgumentException("attention must have a size of at least 1, not " + attention);
        }
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public Layer build(Parameters parameters, Site site) {
        return new Built(this, parameters, site);
    }

    private static final class Built implements Layer {
        private final BahdanauRecurrence value;
        private final int width;
        private final int memory;
        private final Linear query;
        private final Linear key;
        private final Parameter score;
        private final Attending attending;
        private final Start.Built start;

        Built(BahdanauRecurrence value, Parameters parameters, Site site) {
            this.value = value;
            this.width = site.width();
            this.memory = LuongRecurrence.memory(parameters, site);
            this.query =
                    new Linear(parameters.in("query"), Linear.Size.from(width).to(value.attention), Bias.ADDED);
            this.key = new Linear(parameters.in("key"), Linear.Size.from(memory).to(value.attention), Bias.NONE);
            this.score = parameters.weight(
                    "score", Shape.of(value.attention), Initializer.uniform(1 / Math.sqrt(value.attention)));
            this.attending =
                    new Attending(value.cell, value.cell.weights(parameters.in("cell"), width + memory, width));
            this.start = value.start.build(parameters, site, value.cell.vectors() * width);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            int vectors = value.cell.vectors();
            return attending.through(x, context, () -> begin(x, context), 0, (now, carried, seen) -> {
                Tensor keys = carried.get(vectors); // [B, S, A]
                Tensor energy =
                        query.forward(carried.getFirst()).unsqueeze(1).add(keys).tanh(); // [B, S, A]
                Tensor scores = energy.mul(score.tensor()).sum(-1, Tensor.Axis.DROPPED); // [B, S]
                Tensor found = Attending.context(Attending.weights(scores, context, seen), context); // [B, M]
                List<Tensor> next =
                        new ArrayList<>(attending.cell(Tensor.cat(1, now, found), carried.subList(0, vectors)));
                next.add(keys);
                return next;
            });
        }

        private List<Tensor> begin(Tensor x, Context context) {
            List<Tensor> carried = new ArrayList<>(start.of(x, context, value.cell.vectors()));
            carried.add(key.forward(context.memory().values()));
            return carried;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double pairs = rows * load.memory();
            double keys = (double) load.batch() * load.memory();
            double once = load.cached() == 0 ? key.flops(keys) + start.flops(load.batch()) : 0;
            return Cost.flops(query.flops(rows)
                            + pairs * (4.0 * value.attention + 2.0 * memory + 5)
                            + rows * value.cell.flops(width + memory, width)
                            + once)
                    .saving(pairs * (2.0 * value.attention + 2)
                            + rows * (width + memory + width * (value.cell.gates() + value.cell.vectors())))
                    .remembering(load.batch() * (value.cell.vectors() * (double) width) + keys * value.attention);
        }
    }
}
