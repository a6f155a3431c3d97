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

/// A feed-forward whose products are in groups: each part of the outputs sees only its part of the inputs.
///
///     y = W₂ · activation(W₁ x + b₁) + b₂        with W₁ and W₂ block-diagonal
///
/// x [B, T, E] → hidden [B, T, F] → y [B, T, E], weights [F, E / G₁] and [E, F / G₂]. Time 2·T·E·F·(1 / G₁ + 1
/// / G₂) operations; keeps what the dense one keeps. Names: our groups are SqueezeBERT's `intermediate_groups`
/// and `output_groups`, ConvBERT's `num_groups` both.
@Source(
        paper = "SqueezeBERT: What can computer vision teach NLP about efficient neural networks?",
        arxiv = "2006.11316")
public record GroupedFeedForward(
        int hidden,
        Groups groups,
        @Default("\"Relu\"") Activation activation,
        @Default("\"added\"") Bias bias,
        @Default("0.0") double dropout)
        implements FeedForward {
    public static final GroupedFeedForward EXAMPLE =
            new GroupedFeedForward(35, new Groups(5, 1), new Relu(), Bias.ADDED, 0);
    public static final GroupedFeedForward BOTH =
            new GroupedFeedForward(14, new Groups(2, 2), new Relu(), Bias.ADDED, 0);

    /// Into how many groups each product is divided.
    public record Groups(int inner, int outer) {
        public Groups {
            if (inner < 1 || outer < 1) {
                throw new IllegalArgumentException("groups must be at least 1, not " + inner + " and " + outer);
            }
        }
    }

    public GroupedFeedForward {
        Checks.hidden(hidden);
        Checks.dropout(dropout);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final GroupedFeedForward value;
        private final int width;
        private final Linear inner;
        private final Linear outer;

        Built(GroupedFeedForward value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.inner = new Linear(
                    parameters.in("inner"),
                    Linear.Size.from(width).to(value.hidden).groups(value.groups.inner),
                    value.bias);
            this.outer = new Linear(
                    parameters.in("outer"),
                    Linear.Size.from(value.hidden).to(width).groups(value.groups.outer),
                    value.bias);
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
                    .saving(load.rows() * width + (value.dropout > 0 ? 4 : 2) * hidden);
        }
    }
}
