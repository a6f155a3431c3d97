package io.attend.recurrence;

import io.attend.activation.Activation;
import io.attend.activation.Silu;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.scan.Scan;
import io.attend.scan.ShortConvolution;
import io.attend.scan.StepSize;
import io.attend.state.RecurrentState;
import io.attend.tensor.DType;
import io.attend.tensor.Recompute;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Mamba's mixer: every channel has a small state of its own, and the input chooses how long a step is, what
/// enters the state and what is read from it.
///
///     [u ; z] = W x,  u ← activation(K ∗ u)        [r ; b ; c] = W_s u        Δ = softplus(W_Δ r + β)
///     h_i ← exp(Δ_i A_i) ⊙ h_i + Δ_i u_i b         y_i = c · h_i + D_i u_i    for each channel i;  A = −eᵃ
///     out = W_o (y ⊙ activation(z))
///
/// x [B, T, E] → [B, T, E]; u, z, Δ, y [B, T, I]; h [B, T, I, N]. Time 2·T·I·(3 E + 2 R + 2 N) operations for
/// products and 10·T·I·N for the states, all at once by [Scan]. Where states are many they are computed for a
/// few channels at a time and once more in the backward pass, so memory is that of the T·I numbers around
/// them. Remembers I·(N + k − 1) numbers, however long the text. Names: our `input`, `convolution`,
/// `selection`, `step`, `decay` a, `skip` D and `output` are Hugging Face's in_proj, conv1d, x_proj, dt_proj,
/// A_log, D and out_proj.
///
/// @param inner channels, I, usually 2 E
/// @param state numbers a channel remembers, N
/// @param rank numbers a step's length is made of, R, usually E / 16
/// @param kernel positions the convolution sees, k
/// @param bias of input and output
/// @param convolutionBias of the convolution
@Source(paper = "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", arxiv = "2312.00752")
public record SelectiveStateSpace(
        int inner,
        @Default("16") int state,
        int rank,
        @Default("4") int kernel,
        @Default("\"Silu\"") Activation activation,
        @Default("\"none\"") Bias bias,
        @Default("\"added\"") Bias convolutionBias)
        implements Recurrence {
    public static final SelectiveStateSpace EXAMPLE =
            new SelectiveStateSpace(7, 3, 2, 4, new Silu(), Bias.NONE, Bias.ADDED);
    public static final SelectiveStateSpace BIASED =
            new SelectiveStateSpace(5, 2, 1, 1, new Silu(), Bias.ADDED, Bias.NONE);

    /// As many states as are computed at a time: what a core's cache holds a few of.
    private static final long MOST = 1 << 18;

    public SelectiveStateSpace {
        if (inner < 1 || state < 1 || rank < 1) {
            throw new IllegalArgumentException(
                    "inner, state and rank must be at least 1, not " + inner + ", " + state + " and " + rank);
        }
        ShortConvolution.checked(kernel);
    }

    /// The usual sizes in a model of that width.
    public static SelectiveStateSpace of(int width) {
        return new SelectiveStateSpace(2 * width, 16, Math.ceilDiv(width, 16), 4, new Silu(), Bias.NONE, Bias.ADDED);
    }

    @Override
    public Recurrence typical(int width, int heads) {
        return new SelectiveStateSpace(2 * width, 16, Math.ceilDiv(width, 16), 4, activation, bias, convolutionBias);
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public boolean linear() {
        return true;
    }

    @Override
    public Layer build(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final SelectiveStateSpace value;
        private final int width;
        private final Linear input;
        private final ShortConvolution convolution;
        private final Linear selection;
        private final Linear step;
        private final Parameter stepBias;
        private final Parameter decay;
        private final Parameter skip;
        private final Linear output;

        Built(SelectiveStateSpace value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int inner = value.inner;
            this.input =
                    new Linear(parameters.in("input"), Linear.Size.from(width).to(2L * inner), value.bias);
            this.convolution =
                    new ShortConvolution(parameters.in("convolution"), inner, value.kernel, value.convolutionBias);
            this.selection = new Linear(
                    parameters.in("selection"), Linear.Size.from(inner).to(value.rank + 2L * value.state), Bias.NONE);
            this.step = new Linear(
                    parameters.in("step"), Linear.Size.from(value.rank).to(inner), Bias.NONE);
            this.stepBias = parameters.in("step").weight("bias", Shape.of(inner), StepSize.START);
            this.decay = parameters.weight("decay", Shape.of(inner, value.state), decays().meant());
            this.skip = parameters.weight("skip", Shape.of(inner), Initializer.ONES);
            this.output =
                    new Linear(parameters.in("output"), Linear.Size.from(inner).to(width), value.bias);
        }

        /// A = −1, −2, ..., −N in every channel.
        private static Initializer decays() {
            return (shape, _) -> Tensor.arange(1, shape.size(1) + 1)
                    .to(DType.FLOAT32)
                    .log()
                    .expand(shape.toArray())
                    .contiguous();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            int inner = value.inner;
            DType wide = x.dtype().widened();
            Optional<Tensor> padding =
                    context.real(length).map(real -> real.logicalNot().unsqueeze(2)); // [B, T, 1]
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            Optional<List<Tensor>> before =
                    past.filter(state -> state.length() > 0).map(RecurrentState::carried);
            Tensor both = input.forward(x); // [B, T, 2 I]
            ShortConvolution.Result near =
                    convolution.of(zeroed(both.narrow(2, 0, inner), padding), before.map(List::getFirst));
            Tensor u = zeroed(value.activation.apply(near.outputs()), padding); // [B, T, I]
            Tensor selected = selection.forward(u); // [B, T, R + 2 N]
            Tensor steps = step.forward(selected.narrow(2, 0, value.rank)).add(stepBias.tensor());
            Tensor delta = zeroed(steps.to(wide).softplus(), padding); // [B, T, I], 0 steps over padding
            Tensor entering = selected.narrow(2, value.rank, value.state).to(wide); // [B, T, N]
            Tensor leaving = selected.narrow(2, (long) value.rank + value.state, value.state)
                    .to(wide);
            Tensor last = Tensor.zeros(Shape.of(x.size(0), inner, value.state), delta.dtype())
                    .to(x.device());
            Recompute.Part part = (given, from, channels) -> {
                Tensor d = given.get(0).narrow(2, from, channels).unsqueeze(3); // [B, T, i, 1]
                Tensor a =
                        decay.tensor().to(wide).narrow(0, from, channels).exp().neg(); // [i, N]
                Tensor added = d.mul(given.get(1).narrow(2, from, channels).unsqueeze(3))
                        .mul(given.get(2).unsqueeze(2)); // [B, T, i, N]
                Tensor h = Scan.of(
                        d.mul(a).exp(),
                        added,
                        1,
                        before.map(list -> list.get(1).narrow(1, from, channels).unsqueeze(1)));
                past.ifPresent(_ -> last.narrow(1, from, channels)
                        .copy_(h.select(1, length - 1).detach()));
                return h.mul(given.get(3).unsqueeze(2)).sum(3, Tensor.Axis.DROPPED); // [B, T, i]
            };
            long most = channels(x.size(0) * length);
            List<Tensor> inputs = List.of(delta, u.to(wide), entering, leaving);
            Tensor read = most == inner
                    ? part.of(inputs, 0, inner)
                    : context.recomputed(part, new Recompute.Parts(2, inner, most), inputs);
            past.ifPresent(state -> state.carry(List.of(near.last(), last), length));
            Tensor y = read.to(x.dtype()).addcmul(u, skip.tensor()); // [B, T, I]
            Tensor gated = y.mul(value.activation.apply(both.narrow(2, inner, inner)));
            return zeroed(output.forward(gated), padding); // [B, T, E]
        }

        /// Channels whose states are computed together for so many positions.
        private long channels(double rows) {
            return Math.clamp((long) (MOST / (rows * value.state)), 1, value.inner);
        }

        private static Tensor zeroed(Tensor x, Optional<Tensor> padding) {
            return padding.isPresent() ? x.maskedFill(padding.get(), 0) : x;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double numbers = rows * value.inner;
            double states = 10 * numbers * value.state;
            boolean again = channels(rows) < value.inner;
            Cost scanned = Cost.flops(states).saving(again ? 0 : 8 * numbers * value.state);
            return Cost.flops(input.flops(rows)
                            + convolution.flops(rows)
                            + selection.flops(rows)
                            + step.flops(rows)
                            + output.flops(rows)
                            + numbers * (2 * value.activation.flops() + 10))
                    .plus(again ? new Cost(states, states, 0, 0, 8.0 * MOST) : scanned)
                    .saving(rows * (width + value.rank + 2.0 * value.state) + 9 * numbers)
                    .remembering(load.batch() * (convolution.remembered() + (double) value.inner * value.state));
        }
    }
}
