package io.attend.recurrence;

import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.state.RecurrentState;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The steps of a recurrence that looks at a memory between one step and the next: no step can begin before
/// the last has ended.
final class Attending {
    private final Cell cell;
    private final List<Parameter> weights;

    Attending(Cell cell, List<Parameter> weights) {
        this.cell = cell;
        this.weights = weights;
    }

    /// One step: from an input [B, E] and what was handed on, to what is handed on; the first of it is the
    /// result.
    @FunctionalInterface
    interface Step {
        List<Tensor> apply(Tensor x, List<Tensor> carried, List<Tensor> weights);
    }

    /// A step of the cell alone.
    List<Tensor> cell(Tensor x, List<Tensor> states) {
        return cell.step(x, states, weights);
    }

    /// Goes through x [B, T, E]. What is carried is `start` at first; `fixed` stays as it is from step to
    /// step.
    Tensor through(Tensor x, Context context, java.util.function.Supplier<List<Tensor>> start, int result, Step step) {
        long length = x.size(1);
        Optional<RecurrentState> state = context.state(RecurrentState.class, RecurrentState::new);
        List<Tensor> carried = state.filter(past -> !past.carried().isEmpty())
                .map(RecurrentState::carried)
                .orElseGet(start);
        Optional<Tensor> real = context.keep().map(keep -> keep.narrow(1, keep.size(1) - length, length));
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> seen = new ArrayList<>();
        for (long t = 0; t < length; t++) {
            List<Tensor> next = step.apply(x.select(1, t), carried, seen);
            if (real.isPresent()) {
                Tensor here = real.get().narrow(1, t, 1); // [B, 1]
                List<Tensor> before = carried;
                List<Tensor> after = new ArrayList<>();
                for (int i = 0; i < next.size(); i++) {
                    after.add(next.get(i).rank() == 2 ? next.get(i).where(here, before.get(i)) : next.get(i));
                }
                next = after;
                outputs.add(next.get(result).maskedFill(here.logicalNot(), 0));
            } else {
                outputs.add(next.get(result));
            }
            carried = next;
        }
        List<Tensor> last = carried;
        state.ifPresent(past -> past.carry(last, length));
        if (context.wantsAttention()) {
            context.show(
                    "attention", Tensor.stack(1, seen.toArray(Tensor[]::new)).unsqueeze(1)); // [B, 1, T, S]
        }
        return Tensor.stack(1, outputs.toArray(Tensor[]::new)); // [B, T, H]
    }

    /// Softmax of scores [B, S] over the memory's real positions; zeros where there are none.
    static Tensor weights(Tensor scores, Context context, List<Tensor> seen) {
        Tensor wide = scores.to(scores.dtype().widened());
        Optional<Tensor> padding = context.memory().keep().map(Tensor::logicalNot);
        Tensor weights = padding.isEmpty()
                ? wide.softmax(-1)
                : wide.maskedFill(padding.get(), -1e30).softmax(-1).maskedFill(padding.get(), 0);
        seen.add(weights);
        return weights.to(scores.dtype());
    }

    /// The weighted sum of the memory's vectors, [B, M].
    static Tensor context(Tensor weights, Context context) {
        return weights.unsqueeze(1).matmul(context.memory().values()).squeeze(1);
    }
}
