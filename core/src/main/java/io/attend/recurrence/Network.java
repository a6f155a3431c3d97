package io.attend.recurrence;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.state.RecurrentState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// LSTM or GRU at work: the engine's fused steps over the tokens that are not padding.
final class Network implements Layer {
    private final Cell cell;
    private final int width;
    private final int hidden;
    private final int directions;
    private final Start.Built start;
    private final List<Parameter> weights = new ArrayList<>();

    Network(Cell cell, Direction direction, Start start, Parameters parameters, Site site) {
        this.cell = cell;
        this.width = site.width();
        this.directions = direction == Direction.BOTH ? 2 : 1;
        if (width % directions != 0) {
            throw parameters.refuse("two directions need an even width, not " + width);
        }
        this.hidden = width / directions;
        for (String name : directions == 2 ? List.of("forward", "backward") : List.of("forward")) {
            weights.addAll(cell.weights(parameters.in(name), width, hidden));
        }
        this.start = start.build(parameters, site, cell.vectors() * hidden);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        long batch = x.size(0);
        long length = x.size(1);
        Optional<RecurrentState> state =
                directions == 1 ? context.state(RecurrentState.class, RecurrentState::new) : Optional.empty();
        List<Tensor> first = state
                .filter(past -> !past.carried().isEmpty())
                .map(RecurrentState::carried)
                .orElseGet(() -> start.of(x, context, cell.vectors()))
                .stream()
                .map(vector ->
                        vector.unsqueeze(0).expand(directions, batch, hidden).contiguous()) // [D, B, H]
                .toList();
        List<Tensor> numbers = weights.stream().map(Parameter::tensor).toList();
        Tensor.Steps steps;
        if (context.keep().isEmpty()) {
            steps = cell.steps(x, Optional.empty(), first, numbers);
        } else {
            Tensor keep = context.keep().get();
            Packing packing = Packing.of(keep.narrow(1, keep.size(1) - length, length));
            if (packing.isEmpty()) {
                state.ifPresent(past -> past.carry(flat(first), length));
                return x.mul(0);
            }
            Tensor.Steps packed =
                    cell.steps(packing.pack(x), Optional.of(packing.sizes()), packing.chosen(first), numbers);
            List<Tensor> last = new ArrayList<>();
            for (int i = 0; i < first.size(); i++) {
                last.add(packing.replaced(first.get(i), packed.last().get(i)));
            }
            steps = new Tensor.Steps(packing.unpack(packed.outputs(), batch), last);
        }
        state.ifPresent(past -> past.carry(flat(steps.last()), length));
        return steps.outputs(); // [B, T, E]
    }

    private static List<Tensor> flat(List<Tensor> states) {
        return states.stream().map(state -> state.select(0, 0)).toList(); // [1, B, H] → [B, H]
    }

    @Override
    public Cost cost(Load load) {
        double rows = load.rows() * directions;
        return Cost.flops(rows * cell.flops(width, hidden) + (load.cached() == 0 ? start.flops(load.batch()) : 0))
                .saving(load.rows() * width + rows * hidden * (cell.gates() + cell.vectors()))
                .remembering(directions == 1 ? (double) load.batch() * cell.vectors() * hidden : 0);
    }

    /// Uniform in ±1/√H, as is usual.
    static Parameter weight(Parameters parameters, String name, int hidden, long... shape) {
        return parameters.weight(name, Shape.of(shape), Initializer.uniform(1 / Math.sqrt(hidden)));
    }
}
