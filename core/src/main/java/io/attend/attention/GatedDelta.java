package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
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
import io.attend.scan.DeltaScan;
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
import java.util.OptionalInt;

/// Linear attention that writes over what a key held before, and forgets all of it as it chooses: the gated
/// delta rule of Gated DeltaNet.
///
///     [q ; k ; v] ← silu(K ∗ [W_q x ; W_k x ; W_v x]),  q ← q / |q| / √D,  k ← k / |k|
///     α = exp(−eᵃ softplus(W_α x + b)),  β = σ(W_β x)        for each head
///     S ← α (I − β k kᵀ) S + β k vᵀ        y = Sᵀ q
///     out = W_o (norm(y) ⊙ silu(W_g x))                       the norm over each head
///
/// x [B, T, E]; q and k [B, H, T, D], v and y [B, H, T, M], S [B, H, D, M] → [B, T, E]. Time that of
/// [DeltaScan] beside the products, in T / C dependent steps, memory linear in T. Remembers D·M numbers a head
/// and κ − 1 inputs of the convolution K, however long the text. Names: our `forget`, `decay` a, `write` and
/// `gate` are the authors' a_proj with dt_bias, A_log, b_proj and g_proj.
///
/// @param heads H and D; no keys are shared
/// @param valueSize M; D if absent, the paper takes 2 D
/// @param kernel positions the convolution sees, κ
/// @param chunk positions computed at once, C; changes time and memory, nothing else
/// @param norm of each head's y, with weights that all heads share
@Source(paper = "Gated Delta Networks: Improving Mamba2 with Delta Rule", arxiv = "2412.06464")
public record GatedDelta(
        Heads heads,
        OptionalInt valueSize,
        @Default("4") int kernel,
        @Default("64") int chunk,
        @Default("\"RmsNorm\"") Norm norm)
        implements Attention {
    public static final GatedDelta EXAMPLE =
            new GatedDelta(Heads.of(2).size(3), OptionalInt.of(7), 4, 64, new RmsNorm(1e-5));
    public static final GatedDelta IN_CHUNKS =
            new GatedDelta(Heads.of(2), OptionalInt.empty(), 2, 5, new RmsNorm(1e-5));

    /// Added to a squared length, so that a vector of zeros has one.
    private static final double EPSILON = 1e-6;

    public GatedDelta {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("the gated delta rule has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (valueSize.isPresent() && valueSize.getAsInt() < 1) {
            throw new IllegalArgumentException("valueSize must be at least 1, not " + valueSize.getAsInt());
        }
        ShortConvolution.checked(kernel);
        ChunkedScan.checked(chunk);
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new GatedDelta(Heads.of(count), OptionalInt.empty(), kernel, 64, norm);
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final GatedDelta value;
        private final int width;
        private final int size;
        private final int valueSize;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final ShortConvolution convolution;
        private final Linear forget;
        private final Parameter forgetBias;
        private final Parameter decay;
        private final Linear write;
        private final Linear gate;
        private final Layer norm;
        private final Linear output;
        private final DeltaScan scan;

        Built(GatedDelta value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int heads = value.heads.count();
            this.size = value.heads.sizeIn(width, parameters);
            this.valueSize = value.valueSize.orElse(size);
            Linear.Size keys = Linear.Size.from(width).to((long) heads * size);
            Linear.Size inner = Linear.Size.from(width).to((long) heads * valueSize);
            Linear.Size each = Linear.Size.from(width).to(heads);
            this.query = new Linear(parameters.in("query"), keys, Bias.NONE);
            this.key = new Linear(parameters.in("key"), keys, Bias.NONE);
            this.values = new Linear(parameters.in("value"), inner, Bias.NONE);
            this.convolution = new ShortConvolution(
                    parameters.in("convolution"), heads * (2 * size + valueSize), value.kernel, Bias.NONE);
            this.forget = new Linear(parameters.in("forget"), each, Bias.NONE);
            this.forgetBias = parameters.in("forget").weight("bias", Shape.of(heads), StepSize.START);
            this.decay = parameters.weight("decay", Shape.of(heads), decays());
            this.write = new Linear(parameters.in("write"), each, Bias.NONE);
            this.gate = new Linear(parameters.in("gate"), inner, Bias.NONE);
            this.norm = value.norm.build(parameters.in("output").in("norm"), valueSize);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) heads * valueSize).to(width),
                    Bias.NONE);
            this.scan = new DeltaScan(value.chunk);
        }

        private static Initializer decays() {
            return (shape, random) -> random.uniform(shape, 1, 16).log();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            int heads = value.heads.count();
            DType wide = x.dtype().widened();
            Optional<Tensor> padding =
                    context.real(length).map(real -> real.logicalNot().unsqueeze(2)); // [B, T, 1]
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            Optional<List<Tensor>> before =
                    past.filter(state -> state.length() > 0).map(RecurrentState::carried);
            Tensor all = Tensor.cat(2, query.forward(x), key.forward(x), values.forward(x));
            ShortConvolution.Result near = convolution.of(zeroed(all, padding), before.map(List::getFirst));
            Tensor active = zeroed(near.outputs().silu(), padding).to(wide);
            long keys = (long) heads * size;
            Tensor q = unit(split(active.narrow(2, 0, keys), size)).mul(1 / Math.sqrt(size)); // [B, H, T, D]
            Tensor k = unit(split(active.narrow(2, keys, keys), size));
            Tensor v = split(active.narrow(2, 2 * keys, (long) heads * valueSize), valueSize); // [B, H, T, M]
            Tensor steps = forget.forward(x).to(wide).add(forgetBias.tensor()).softplus(); // [B, T, H]
            Tensor decays = zeroed(steps.mul(decay.tensor().to(wide).exp().neg()), padding);
            Tensor strengths = write.forward(x).to(wide).sigmoid();
            ChunkedScan.Result result = scan.of(
                    q,
                    new DeltaScan.Written(k, v, decays.transpose(1, 2), strengths.transpose(1, 2)),
                    before.map(list -> list.get(1)));
            past.ifPresent(state -> state.carry(List.of(near.last(), result.last()), length));
            Tensor y = result.outputs().transpose(1, 2).to(x.dtype()); // [B, T, H, M]
            Tensor normed = norm.forward(y.reshape(y.size(0), -1, valueSize), context)
                    .reshape(y.size(0), length, -1); // [B, T, H M]
            return output.forward(normed.mul(gate.forward(x).silu())); // [B, T, E]
        }

        private static Tensor split(Tensor x, int size) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        private static Tensor unit(Tensor x) {
            return x.mul(x.square().sum(3, Tensor.Axis.KEPT).add(EPSILON).rsqrt());
        }

        private static Tensor zeroed(Tensor x, Optional<Tensor> padding) {
            return padding.isPresent() ? x.maskedFill(padding.get(), 0) : x;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            int count = value.heads.count();
            double heads = rows * count;
            return Cost.flops(query.flops(rows)
                            + key.flops(rows)
                            + values.flops(rows)
                            + convolution.flops(rows)
                            + forget.flops(rows)
                            + write.flops(rows)
                            + gate.flops(rows)
                            + output.flops(rows)
                            + heads * (20.0 * size + 15.0 * valueSize)
                            + scan.flops(heads, load.length(), size, valueSize))
                    .plus(norm.cost(load.length(load.length() * count)))
                    .saving(rows * width
                            + heads * (10.0 * size + 8.0 * valueSize + 8)
                            + scan.saved(heads, load.length(), size, valueSize))
                    .remembering(load.batch() * (convolution.remembered() + (double) count * size * valueSize));
        }
    }
}
