package io.attend.recurrence;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// A recurrence that looks at the memory after every step, with the vector of that very step.
///
///     s ← cell(x, s), or cell([x ; y], s) with input feeding
///     aⱼ = softmax over j of sᵀ W mⱼ        c = Σⱼ aⱼ mⱼ        y = tanh(V [c ; s])
///
/// x [B, T, E], memory [B, S, M] → all y [B, T, E]. Time 2·T·S·(E + M) operations and the cell's, T steps one
/// after another; remembers s, y and W m, S·E numbers, between steps. Names: the paper's general score and
/// its attentional vector h̃, our y; `key` is W, `output` V.
@Source(paper = "Effective Approaches to Attention-based Neural Machine Translation", arxiv = "1508.04025")
public record LuongRecurrence(
        @Default("\"lstm\"") Cell cell,
        @Default("\"fed\"") Feeding feeding,
        @Default("\"last-of-memory\"") Start start) implements Recurrence {
    public static final LuongRecurrence EXAMPLE = new LuongRecurrence(Cell.LSTM, Feeding.FED, Start.LAST_OF_MEMORY);
    public static final LuongRecurrence UNFED = new LuongRecurrence(Cell.GRU, Feeding.NONE, Start.ZEROS);

    /// Whether a step is given what attention made of the step before.
    public enum Feeding {
        FED,
        NONE
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

    static int memory(Parameters parameters, Site site) {
        return site.memory()
                .orElseThrow(
                        () -> parameters.refuse("a recurrence with attention needs a memory, which only the decoder of"
                                + " an EncoderDecoder has; use Lstm or Gru"));
    }

    private static final class Built implements Layer {
        private final LuongRecurrence value;
        private final int width;
        private final int memory;
        private final int inputs;
        private final Linear key;
        private final Linear output;
        private final Attending attending;
        private final Start.Built start;

        Built(LuongRecurrence value, Parameters parameters, Site site) {
            this.value = value;
            this.width = site.width();
            this.memory = memory(parameters, site);
            this.inputs = value.feeding == Feeding.FED ? 2 * width : width;
            this.key = new Linear(parameters.in("key"), Linear.Size.from(memory).to(width), Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(memory + width).to(width), Bias.NONE);
            this.attending = new Attending(value.cell, value.cell.weights(parameters.in("cell"), inputs, width));
            this.start = value.start.build(parameters, site, value.cell.vectors() * width);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            int vectors = value.cell.vectors();
            return attending.through(x, context, () -> begin(x, context), vectors, (now, carried, seen) -> {
                Tensor input = value.feeding == Feeding.FED ? Tensor.cat(1, now, carried.get(vectors)) : now;
                List<Tensor> next = new ArrayList<>(attending.cell(input, carried.subList(0, vectors)));
                Tensor keys = carried.get(vectors + 1); // [B, S, E]
                Tensor scores = keys.matmul(next.getFirst().unsqueeze(2)).squeeze(2); // [B, S]
                Tensor found = Attending.context(Attending.weights(scores, context, seen), context); // [B, M]
                next.add(output.forward(Tensor.cat(1, found, next.getFirst())).tanh()); // [B, E]
                next.add(keys);
                return next;
            });
        }

        private List<Tensor> begin(Tensor x, Context context) {
            List<Tensor> carried = new ArrayList<>(start.of(x, context, value.cell.vectors()));
            carried.add(Tensor.zeros(Shape.of(x.size(0), width), x.dtype()));
            carried.add(key.forward(context.memory().values()));
            return carried;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double pairs = rows * load.memory();
            double keys = (double) load.batch() * load.memory();
            double once = load.cached() == 0 ? key.flops(keys) + start.flops(load.batch()) : 0;
            return Cost.flops(pairs * (2.0 * width + 2.0 * memory + 5)
                            + rows * value.cell.flops(inputs, width)
                            + output.flops(rows)
                            + 6 * rows * width
                            + once)
                    .saving(2 * pairs
                            + rows * (inputs + memory + width * (2 + value.cell.gates() + value.cell.vectors())))
                    .remembering(load.batch() * ((value.cell.vectors() + 1) * (double) width) + keys * width);
        }
    }
}
