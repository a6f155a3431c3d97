package io.attend.recurrence;

import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// What one step of a recurrence computes.
public enum Cell {
    /// Long short-term memory: a hidden vector h and a cell c.
    LSTM(4, 2) {
        @Override
        Tensor.Steps steps(Tensor x, Optional<Tensor> sizes, List<Tensor> start, List<Tensor> weights) {
            return Tensor.lstm(x, sizes, start, weights);
        }
    },
    /// Gated recurrent unit: a hidden vector alone.
    GRU(3, 1) {
        @Override
        Tensor.Steps steps(Tensor x, Optional<Tensor> sizes, List<Tensor> start, List<Tensor> weights) {
            return Tensor.gru(x, sizes, start, weights);
        }
    };

    private final int gates;
    private final int vectors;

    Cell(int gates, int vectors) {
        this.gates = gates;
        this.vectors = vectors;
    }

    /// All steps over x [B, T, I], from states [D, B, H].
    abstract Tensor.Steps steps(Tensor x, Optional<Tensor> sizes, List<Tensor> start, List<Tensor> weights);

    /// One step over x [B, I], from states [B, H].
    List<Tensor> step(Tensor x, List<Tensor> states, List<Parameter> weights) {
        List<Tensor> start =
                states.stream().map(state -> state.unsqueeze(0).contiguous()).toList();
        return steps(
                        x.unsqueeze(1),
                        Optional.empty(),
                        start,
                        weights.stream().map(Parameter::tensor).toList())
                .last()
                .stream()
                .map(state -> state.select(0, 0))
                .toList();
    }

    /// Matrices of the input and of the hidden vector, and a bias of each.
    List<Parameter> weights(Parameters place, int inputs, int hidden) {
        long rows = (long) gates * hidden;
        return List.of(
                Network.weight(place.in("input"), "weight", hidden, rows, inputs),
                Network.weight(place.in("recurrent"), "weight", hidden, rows, hidden),
                Network.weight(place.in("input"), "bias", hidden, rows),
                Network.weight(place.in("recurrent"), "bias", hidden, rows));
    }

    int gates() {
        return gates;
    }

    /// Vectors of H numbers handed from step to step.
    int vectors() {
        return vectors;
    }

    /// Operations of one step.
    double flops(int inputs, int hidden) {
        return gates * hidden * (2.0 * inputs + 2.0 * hidden + 6);
    }
}
