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

/// Two products in independent parts with an activation between them: a part of the output sees only its part
/// of the input, and G groups cost a G-th of the parameters and operations.
///
///     y = W₂ · activation(W₁ x + b₁) + b₂        W₁ and W₂ block-diagonal
///
/// x [B, T, E] → hidden [B, T, F] → y [B, T, E]. Time 2·T·E·F·(1/inner + 1/outer) operations. Names: Hugging
/// Face's `intermediate_groups` and `output_groups` of SqueezeBERT, which calls the products convolutions of
/// kernel 1; both are ConvBERT's `num_groups`.
@Source(
        paper = "SqueezeBERT: What can computer vision teach NLP about efficient neural networks?",
        arxiv = "2006.11316")
public record GroupedFeedForward(
        int hidden,
        Groups groups,
        @Default("\"Relu\"") Activation activation,
        @Default("0.0") double dropout) implements FeedForward {
    public static final GroupedFeedForward EXAMPLE = new GroupedFeedForward(30, new Groups(5, 2), new Relu(), 0);

    /// In how many parts each product is computed.
    ///
    /// @param inner of W₁; divides E and F
    /// @param outer of W₂; divides F and E
    public record Groups(int inner, int outer) {
        public Groups {
            if (inner < 1 || outer < 1) {
                throw new IllegalArgumentException("a product needs at least 1 group, not " + Math.min(inner, outer));
            }
        }
    }

    public GroupedFeedForward {
        Checks.hidden(hidden);
        Checks.dropout(dropout);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        Linear inner = new Linear(
                parameters.in("inner"), Linear.Size.from(width).to(hidden).groups(groups.inner), Bias.ADDED);
        Linear outer = new Linear(
                parameters.in("outer"), Linear.Size.from(hidden).to(width).groups(groups.outer), Bias.ADDED);
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                Tensor y = activation.apply(inner.forward(x)); // [B, T, F]
                return outer.forward(context.dropout(y, dropout)); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                double numbers = load.rows() * hidden;
                return Cost.flops(inner.flops(load.rows()) + outer.flops(load.rows()) + numbers * activation.flops())
                        .saving(load.rows() * width + (dropout > 0 ? 4 : 2) * numbers);
            }
        };
    }
}
