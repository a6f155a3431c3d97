package io.attend.feedforward;

import io.attend.activation.Activation;
import io.attend.activation.Identity;
import io.attend.activation.Silu;
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

/// A feed-forward whose hidden numbers are multiplied by a gate that the same input makes.
///
///     y = W₂ · (activation(W₁ x + b₁) ⊙ (W₃ x + b₃)) + b₂
///
/// x [B, T, E] → hidden [B, T, F] → y [B, T, E]. Time 6·T·E·F operations; keeps x and four times the hidden
/// numbers for the backward pass. The activation names it: Sigmoid is GLU, Relu ReGLU, Gelu GEGLU, Silu
/// SwiGLU, Identity the bilinear form. Names: our `gate`, `inner` and `outer` are LLaMA's gate_proj, up_proj
/// and down_proj, Mixtral's w1, w3 and w2, T5's wi_0, wi_1 and wo.
@Source(paper = "GLU Variants Improve Transformer", arxiv = "2002.05202")
public record GatedFeedForward(
        int hidden,
        @Default("\"Silu\"") Activation activation,
        @Default("\"none\"") Bias bias,
        @Default("0.0") double dropout)
        implements FeedForward {
    public static final GatedFeedForward EXAMPLE = new GatedFeedForward(29, new Silu(), Bias.NONE, 0);
    public static final GatedFeedForward BILINEAR = new GatedFeedForward(29, new Identity(), Bias.ADDED, 0);

    public GatedFeedForward {
        Checks.hidden(hidden);
        Checks.dropout(dropout);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final GatedFeedForward value;
        private final int width;
        private final Linear gate;
        private final Linear inner;
        private final Linear outer;

        Built(GatedFeedForward value, Parameters parameters, int width) {
            Linear.Size widening = Linear.Size.from(width).to(value.hidden);
            this.value = value;
            this.width = width;
            this.gate = new Linear(parameters.in("gate"), widening, value.bias);
            this.inner = new Linear(parameters.in("inner"), widening, value.bias);
            this.outer = new Linear(
                    parameters.in("outer"), Linear.Size.from(value.hidden).to(width), value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor hidden = value.activation.apply(gate.forward(x)).mul(inner.forward(x)); // [B, T, F]
            return outer.forward(context.dropout(hidden, value.dropout)); // [B, T, E]
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place place) {
            Optional<Consumer<Row>> function = value.activation.row();
            Optional<RowProducts> widen = RowProducts.of(plan, gate, inner);
            Optional<RowProducts> narrow = RowProducts.of(plan, outer);
            if (function.isEmpty() || widen.isEmpty() || narrow.isEmpty()) {
                return Optional.empty();
            }
            Row gates = new Row(value.hidden);
            Row hidden = new Row(value.hidden);
            return Optional.of((x, y) -> {
                widen.get().apply(x, gates, hidden);
                function.get().accept(gates);
                hidden.multiply(gates);
                narrow.get().apply(hidden, y);
            });
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double hidden = rows * value.hidden;
            return Cost.flops(gate.flops(rows)
                            + inner.flops(rows)
                            + outer.flops(rows)
                            + hidden * (value.activation.flops() + 1))
                    .saving(rows * width + (value.dropout > 0 ? 6 : 4) * hidden);
        }
    }
}
