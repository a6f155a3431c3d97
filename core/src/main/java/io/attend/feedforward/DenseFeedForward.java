package io.attend.feedforward;

import io.attend.activation.Activation;
import io.attend.activation.Relu;
import io.attend.kernel.Row;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowProducts;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.function.Consumer;

/// Two products with an activation between them, at every position alike.
///
///     y = W₂ · activation(W₁ x + b₁) + b₂
///
/// x [B, T, E] → hidden [B, T, F] → y [B, T, E]. Time 4·T·E·F operations; keeps x and twice the hidden numbers
/// for the backward pass. Names: our `hidden` F is the paper's d_ff, Hugging Face's `intermediate_size`; our
/// `inner` and `outer` are W₁ and W₂.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record DenseFeedForward(
        int hidden,
        @Default("\"Relu\"") Activation activation,
        @Default("\"added\"") Bias bias,
        @Default("0.0") double dropout)
        implements FeedForward {
    public static final DenseFeedForward EXAMPLE = new DenseFeedForward(29, new Relu(), Bias.ADDED, 0);

    public DenseFeedForward {
        Checks.hidden(hidden);
        Checks.dropout(dropout);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final DenseFeedForward value;
        private final int width;
        private final Linear inner;
        private final Linear outer;

        Built(DenseFeedForward value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.inner =
                    new Linear(parameters.in("inner"), Linear.Size.from(width).to(value.hidden), value.bias);
            this.outer = new Linear(
                    parameters.in("outer"), Linear.Size.from(value.hidden).to(width), value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor hidden = value.activation.apply(inner.forward(x)); // [B, T, F]
            return outer.forward(context.dropout(hidden, value.dropout)); // [B, T, E]
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            Optional<Consumer<Row>> function = value.activation.row();
            Optional<RowProducts> widen = RowProducts.of(plan, inner);
            Optional<RowProducts> narrow = RowProducts.of(plan, outer);
            if (function.isEmpty() || widen.isEmpty() || narrow.isEmpty()) {
                return Optional.empty();
            }
            Row hidden = new Row(value.hidden);
            return Optional.of((x, y) -> {
                widen.get().apply(x, hidden);
                function.get().accept(hidden);
                narrow.get().apply(hidden, y);
            });
        }

        @Override
        public Cost cost(Load load) {
            double hidden = load.rows() * value.hidden;
            return Cost.flops(inner.flops(load.rows()) + outer.flops(load.rows()) + hidden * value.activation.flops())
                    .saving(load.rows() * width + (value.dropout > 0 ? 4 : 2) * hidden);
        }
    }
}
