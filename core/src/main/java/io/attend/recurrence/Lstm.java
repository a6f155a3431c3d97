package io.attend.recurrence;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Default;
import io.attend.value.Source;

/// Long short-term memory: a recurrence whose cell keeps, forgets and adds through gates.
///
///     i, f, o = σ(Wᵢ x + Uᵢ h + b), ...        g = tanh(W_g x + U_g h + b)
///     c ← f ⊙ c + i ⊙ g                        h ← o ⊙ tanh(c)
///
/// x [B, T, E] → all h [B, T, E]. Time 16·T·E² operations, T steps one after another; remembers 2 E numbers
/// between steps, however long the text. In both directions each has half of the width, which must be even.
/// Names: PyTorch's weight_ih and weight_hh are our `input` and `recurrent` below `forward` and `backward`;
/// gates stand in the order i, f, g, o. The engine computes all steps at once, so adapters that wrap products
/// do not reach these weights.
@Source(paper = "Long Short-Term Memory", reference = "Hochreiter and Schmidhuber, Neural Computation 1997")
public record Lstm(
        @Default("\"forward\"") Direction direction,
        @Default("\"zeros\"") Start start) implements Recurrence {
    public static final Lstm EXAMPLE = new Lstm(Direction.FORWARD, Start.ZEROS);
    public static final Lstm BOTH_WAYS = new Lstm(Direction.BOTH, Start.ZEROS);
    public static final Lstm SUMMARY = new Lstm(Direction.FORWARD, Start.LAST_OF_MEMORY);

    public Lstm {
        if (direction == Direction.BOTH && start != Start.ZEROS) {
            throw new IllegalArgumentException("a recurrence in both directions reads, and has no memory to start from;"
                    + " let it start from zeros");
        }
    }

    @Override
    public Layer build(Parameters parameters, Site site) {
        return new Network(Cell.LSTM, direction, start, parameters, site);
    }

    @Override
    public boolean causal() {
        return direction == Direction.FORWARD;
    }

    @Override
    public boolean reads() {
        return start != Start.ZEROS;
    }
}
