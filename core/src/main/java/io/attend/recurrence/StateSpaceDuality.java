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
import io.attend.norm.Norm;
import io.attend.norm.RmsNorm;
import io.attend.scan.ChunkedScan;
import io.attend.scan.ShortConvolution;
import io.attend.scan.StepSize;
import io.attend.state.RecurrentState;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Mamba-2's mixer: a state space whose decay is one number a head, so that it is attention without softmax,
/// and is computed in chunks by matrix products.
///
///     [z ; u ; b ; c ; r] = W x,  [u ; b ; c] ← activation(K ∗ [u ; b ; c])        Δ = softplus(r + β)
///     S ← e^{Δ A} S + Δ b uᵀ        y = Sᵀ c + D u    for each head;  A = −eᵃ
///     out = W_o norm(y ⊙ activation(z))
///
/// x [B, T, E] → [B, T, E]; z, u, y [B, T, I] in H heads of P = I / H numbers, b and c [B, T, G, N], each
/// shared by H / G heads; S [B, H, N, P]. Time that of [ChunkedScan] beside the products, memory linear in T.
/// Remembers N·I + (k − 1)·(I + 2·G·N) numbers, however long the text. Names: our `input`, `convolution`,
/// `decay` a, `step` β, `skip` D, `norm` and `output` are Hugging Face's in_proj, conv1d, A_log, dt_bias, D,
/// norm and out_proj.
///
/// @param inner numbers of all heads, I, usually 2 E
/// @param heads H
/// @param state rows of a head's state, N
/// @param groups how many b and c there are, G
/// @param kernel positions the convolution sees, k
/// @param chunk positions computed at once; changes time and memory, nothing else
/// @param norm of what is gated, over all heads
/// @param bias of input and output
@Source(
        paper = "Transformers are SSMs: Generalized Models and Efficient Algorithms Through Structured State Space"
                + " Duality",
        arxiv = "2405.21060")
public record StateSpaceDuality(
        int inner,
        int heads,
        @Default("128") int state,
        @Default("1") int groups,
        @Default("4") int kernel,
        @Default("64") int chunk,
        @Default("\"Silu\"") Activation activation,
        @Default("\"RmsNorm\"") Norm norm,
        @Default("\"none\"") Bias bias)
        implements Recurrence {
    public static final StateSpaceDuality EXAMPLE =
            new StateSpaceDuality(6, 2, 3, 1, 4, 64, new Silu(), new RmsNorm(1e-5), Bias.NONE);
    public static final StateSpaceDuality GROUPED =
            new StateSpaceDuality(12, 6, 5, 2, 3, 5, new Silu(), new RmsNorm(1e-5), Bias.ADDED);

    public StateSpaceDuality {
        if (inner < 1 || heads < 1 || state < 1 || groups < 1) {
            throw new IllegalArgumentException("inner, heads, state and groups must be at least 1, not " + inner + ", "
                    + heads + ", " + state + " and " + groups);
        }
        if (inner % heads != 0) {
            throw new IllegalArgumentException(
                    heads + " heads cannot divide inner " + inner + " evenly; change one of them");
        }
        if (heads % groups != 0) {
            throw new IllegalArgumentException(
                    groups + " groups cannot divide " + heads + " heads evenly; change one of them");
        }
        ShortConvolution.checked(kernel);
        ChunkedScan.checked(chunk);
    }

    /// The usual sizes in a model of that width, which 32 must divide.
    public static StateSpaceDuality of(int width) {
        return new StateSpaceDuality(
                2 * width, Math.ceilDiv(width, 32), 128, 1, 4, 64, new Silu(), new RmsNorm(1e-5), Bias.NONE);
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
        private final StateSpaceDuality value;
        private final int width;
        private final int mixed;
        private final Linear input;
        private final ShortConvolution convolution;
        private final Parameter step;
        private final Parameter decay;
        private final Parameter skip;
        private final Layer norm;
        private final Linear output;
        private final ChunkedScan scan;

        Built(StateSpaceDuality value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.mixed = value.inner + 2 * value.groups * value.state;
            this.input = new Linear(
                    parameters.in("input"),
                    Linear.Size.from(width).to((long) value.inner + mixed + value.heads),
                    value.bias);
            this.convolution = new ShortConvolution(parameters.in("convolution"), mixed, value.kernel, Bias.ADDED);
            this.step = parameters.weight("step", Shape.of(value.heads), StepSize.START);
            this.decay = parameters.weight(
                    "decay",
                    Shape.of(value.heads),
                    (shape, random) -> random.uniform(shape, 1, 16).log());
            this.skip = parameters.weight("skip", Shape.of(value.heads), Initializer.ONES);
            this.norm = value.norm.build(parameters.in("output").in("norm"), value.inner);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(value.inner).to(width), value.bias);
            this.scan = new ChunkedScan(value.chunk);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long batch = x.size(0);
            long length = x.size(1);
            int inner = value.inner;
            Optional<Tensor> padding =
                    context.real(length).map(real -> real.logicalNot().unsqueeze(2)); // [B, T, 1]
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            Optional<List<Tensor>> before =
                    past.filter(state -> state.length() > 0).map(RecurrentState::carried);
            Tensor all = input.forward(x);
            Tensor z = all.narrow(2, 0, inner);
            ShortConvolution.Result near =
                    convolution.of(zeroed(all.narrow(2, inner, mixed), padding), before.map(List::getFirst));
            Tensor active = zeroed(value.activation.apply(near.outputs()), padding); // [B, T, I + 2 G N]
            DType wide = x.dtype().widened();
            Tensor r = all.narrow(2, (long) inner + mixed, value.heads).to(wide).add(step.tensor());
            Tensor delta = zeroed(r.softplus(), padding); // [B, T, H], 0 over padding
            Tensor a = decay.tensor().to(wide).exp().neg(); // [H]
            Tensor u = active.narrow(2, 0, inner).reshape(batch, length, value.heads, -1); // [B, T, H, P]
            long names = (long) value.groups * value.state;
            ChunkedScan.Result result = scan.of(
                    shared(active.narrow(2, inner + names, names)), // c, [B G, 1, T, N]
                    shared(active.narrow(2, inner, names)), // b
                    grouped(u.mul(delta.unsqueeze(3).to(u.dtype()))), // [B G, H / G, T, P]
                    Optional.of(grouped(delta.mul(a).unsqueeze(3)).squeeze(3)), // [B G, H / G, T]
                    before.map(list -> list.get(1).flatten(0, 1)));
            past.ifPresent(state -> state.carry(
                    List.of(near.last(), result.last().reshape(batch, value.groups, -1, value.state, u.size(3))),
                    length));
            Tensor y = result.outputs()
                    .reshape(batch, value.heads, length, -1)
                    .transpose(1, 2)
                    .to(x.dtype())
                    .addcmul(u, skip.tensor().unsqueeze(1)) // [B, T, H, P]
                    .flatten(2, 3);
            Tensor gated = norm.forward(y.mul(value.activation.apply(z)), context); // [B, T, I]
            return zeroed(output.forward(gated), padding); // [B, T, E]
        }

        /// [B, T, G N] → [B G, 1, T, N].
        private Tensor shared(Tensor x) {
            return x.reshape(x.size(0), x.size(1), value.groups, value.state)
                    .transpose(1, 2)
                    .flatten(0, 1)
                    .unsqueeze(1);
        }

        /// [B, T, H, P] → [B G, H / G, T, P].
        private Tensor grouped(Tensor x) {
            return x.transpose(1, 2)
                    .reshape(x.size(0) * value.groups, value.heads / value.groups, x.size(1), x.size(3));
        }

        private static Tensor zeroed(Tensor x, Optional<Tensor> padding) {
            return padding.isPresent() ? x.maskedFill(padding.get(), 0) : x;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double numbers = rows * value.inner;
            int size = value.inner / value.heads;
            double heads = rows * value.heads;
            return Cost.flops(input.flops(rows)
                            + convolution.flops(rows)
                            + output.flops(rows)
                            + scan.flops(heads, load.length(), value.state, size)
                            + numbers * (value.activation.flops() + 4)
                            + rows * mixed * value.activation.flops())
                    .plus(norm.cost(load))
                    .saving(rows * (width + 4.0 * mixed + 6.0 * value.heads)
                            + 4 * numbers
                            + scan.saved(heads, load.length(), value.state, size))
                    .remembering(load.batch() * (convolution.remembered() + (double) value.state * value.inner));
        }
    }
}
