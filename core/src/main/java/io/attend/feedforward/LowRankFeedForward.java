package io.attend.feedforward;

import io.attend.activation.Activation;
import io.attend.activation.Relu;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// A feed-forward whose two matrices are each a product of two narrow ones.
///
///     y = U₂ V₂ · activation(U₁ V₁ x + b₁) + b₂
///
/// x [B, T, E] → [B, T, R] → hidden [B, T, F] → [B, T, R] → y [B, T, E]. Time 4·T·R·(E + F) operations and as
/// many parameters a token, which is fewer than the full form's 4·T·E·F where R < E·F / (E + F). Names: our
/// `rank` is R; of each pair the narrowing matrix is `down`, the widening one `up`.
@Source(
        paper = "Lightweight and Efficient End-to-End Speech Recognition Using Low-Rank Transformer",
        arxiv = "1910.13923")
public record LowRankFeedForward(
        int hidden,
        @Default("\"Relu\"") Activation activation,
        int rank,
        @Default("\"added\"") Bias bias,
        @Default("0.0") double dropout)
        implements FeedForward {
    public static final LowRankFeedForward EXAMPLE = new LowRankFeedForward(29, new Relu(), 3, Bias.ADDED, 0);

    public LowRankFeedForward {
        Checks.hidden(hidden);
        Checks.dropout(dropout);
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be at least 1, not " + rank);
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        if (rank >= Math.min(width, hidden)) {
            throw parameters.refuse("rank " + rank + " saves nothing in a matrix of " + width + " by " + hidden
                    + "; it must be below both");
        }
        return new Built(this, parameters, width);
    }

    private record Pair(Linear down, Linear up) {
        static Pair of(Parameters parameters, int from, int rank, int to, Bias bias) {
            return new Pair(
                    new Linear(parameters.in("down"), Linear.Size.from(from).to(rank), Bias.NONE),
                    new Linear(parameters.in("up"), Linear.Size.from(rank).to(to), bias));
        }

        Tensor forward(Tensor x) {
            return up.forward(down.forward(x));
        }

        double flops(double rows) {
            return down.flops(rows) + up.flops(rows);
        }
    }

    private static final class Built implements Layer {
        private final LowRankFeedForward value;
        private final int width;
        private final Pair inner;
        private final Pair outer;

        Built(LowRankFeedForward value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.inner = Pair.of(parameters.in("inner"), width, value.rank, value.hidden, value.bias);
            this.outer = Pair.of(parameters.in("outer"), value.hidden, value.rank, width, value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor hidden = value.activation.apply(inner.forward(x)); // [B, T, F]
            return outer.forward(context.dropout(hidden, value.dropout)); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double hidden = load.rows() * value.hidden;
            return Cost.flops(inner.flops(load.rows()) + outer.flops(load.rows()) + hidden * value.activation.flops())
                    .saving(load.rows() * (width + 2 * value.rank) + (value.dropout > 0 ? 4 : 2) * hidden);
        }
    }
}
