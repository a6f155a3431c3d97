package io.attend.recurrence;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Default;
import io.attend.value.Source;

/// Gated recurrent unit: a recurrence with two gates and one vector.
///
///     r, z = σ(W x + U h + b), ...        n = tanh(Wₙ x + b + r ⊙ (Uₙ h + b))
///     h ← (1 − z) ⊙ n + z ⊙ h
///
/// x [B, T, E] → all h [B, T, E]. Time 12·T·E² operations, T steps one after another; remembers E numbers
/// between steps, however long the text. In both directions each has half of the width, which must be even.
/// Names: PyTorch's weight_ih and weight_hh are our `input` and `recurrent` below `forward` and `backward`;
/// gates stand in the order r, z, n; the reset gate acts behind the product, as in the engine, not in front
/// of it as in the paper. The engine computes all steps at once, so adapters that wrap products do not reach
/// these weights.
@Source(
        paper = "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
        arxiv = "1406.1078")
public record Gru(
        @Default("\"forward\"") Direction direction,
        @Default("\"zeros\"") Start start) implements Recurrence {
    public static final Gru EXAMPLE = new Gru(Direction.FORWARD, Start.ZEROS);
    public static final Gru BOTH_WAYS = new Gru(Direction.BOTH, Start.ZEROS);
    public static final Gru SUMMARY = new Gru(Direction.FORWARD, Start.LAST_OF_MEMORY);

    public Gru {
        if (direction == Direction.BOTH && start != Start.ZEROS) {
            throw new IllegalArgumentException("a recurrence in both directions reads, and has no memory to start from;"
                    + " let it start from zeros");
        }
    }

    @Override
    public Layer build(Parameters parameters, Site site) {
        return new Network(Cell.GRU, direction, start, parameters, site);
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
