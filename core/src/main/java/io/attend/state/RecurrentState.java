package io.attend.state;

import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// What a layer hands from step to step whose size does not grow: the hidden vectors of a recurrence, the
/// last inputs of a convolution. Tensors [B, ...], in the layer's own order.
public final class RecurrentState implements State {
    private List<Tensor> carried = List.of();
    private long length;

    @Override
    public long length() {
        return length;
    }

    @Override
    public long bytes() {
        return carried.stream().mapToLong(t -> t.count() * t.dtype().bytes()).sum();
    }

    /// What was handed on last; nothing before the first step.
    public List<Tensor> carried() {
        return carried;
    }

    /// Hands these on instead, after so many more positions.
    public void carry(List<Tensor> next, long positions) {
        try (Lifetime _ = Lifetime.open()) {
            replace(next.stream().map(tensor -> tensor.clone().retain()).toList());
        }
        length += positions;
    }

    private void replace(List<Tensor> next) {
        carried.forEach(Tensor::close);
        carried = new ArrayList<>(next);
    }

    @Override
    public void select(Tensor rows) {
        change(tensor -> tensor.indexSelect(0, rows));
    }

    private void change(UnaryOperator<Tensor> how) {
        try (Lifetime _ = Lifetime.open()) {
            replace(carried.stream().map(tensor -> how.apply(tensor).retain()).toList());
        }
    }

    @Override
    public void truncate(long shorter) {
        State.checkShorter(shorter, length);
        if (shorter != length) {
            throw new IllegalArgumentException("a recurrence cannot go back: it has been handed on over " + length
                    + " positions, and what it was after " + shorter + " is gone");
        }
    }

    @Override
    public RecurrentState fork() {
        RecurrentState other = new RecurrentState();
        other.carry(carried, length);
        return other;
    }

    @Override
    public RecurrentState beside(State other) {
        if (!(other instanceof RecurrentState more) || more.carried.size() != carried.size()) {
            throw State.notAlike(this, other);
        }
        RecurrentState both = new RecurrentState();
        try (Lifetime _ = Lifetime.open()) {
            List<Tensor> rows = new ArrayList<>();
            for (int i = 0; i < carried.size(); i++) {
                rows.add(Tensor.cat(0, carried.get(i), more.carried.get(i)));
            }
            both.carry(rows, Math.max(length, more.length));
        }
        return both;
    }

    @Override
    public void close() {
        replace(List.of());
        length = 0;
    }
}
