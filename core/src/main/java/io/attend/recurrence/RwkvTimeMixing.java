package io.attend.recurrence;

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
import io.attend.scan.TokenShift;
import io.attend.state.RecurrentState;
import io.attend.tensor.DType;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Recompute;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// RWKV's attention (version 4): each channel weighs the past by its keys and by a decay of its own, and the
/// present by a bonus.
///
///     x^k, x^v, x^r = μ ⊙ x_t + (1 − μ) ⊙ x_{t−1}, each with its own μ        k, v, r = W_k x^k, W_v x^v, W_r
///     x^r
///     wkv_t = (Σ_{i<t} e^{k_i − (t−1−i) w} v_i + e^{k_t + u} v_t) / (Σ_{i<t} e^{k_i − (t−1−i) w} + e^{k_t +
///     u})
///     y = W_o (σ(r) ⊙ wkv)        w = e^ω
///
/// x [B, T, E] → [B, T, E]; k, v, r, wkv [B, T, A]. Time 8·T·E·A operations for products and 30·T·A for the
/// sums, all at once by [Scan], of numbers that are scaled by the largest so far, so that no e^k can overflow
/// or vanish. Where they are many they are computed for a few channels at a time and once more in the backward
/// pass. Remembers 3 A + E numbers, however long the text. Names: our `decay` ω, `first` u, `keyMix`,
/// `valueMix` and `receptanceMix` are Hugging Face's time_decay, time_first and time_mix_*.
///
/// @param inner channels, A, usually E; Hugging Face's `attention_hidden_size`
@Source(paper = "RWKV: Reinventing RNNs for the Transformer Era", arxiv = "2305.13048")
public record RwkvTimeMixing(int inner) implements Recurrence {
    public static final RwkvTimeMixing EXAMPLE = new RwkvTimeMixing(7);

    /// As many numbers as are summed at a time: what a core's cache holds a few of.
    private static final long MOST = 1 << 18;

    /// Below every key, so that nothing is left of it.
    private static final double LEAST = -1e30;

    public RwkvTimeMixing {
        if (inner < 1) {
            throw new IllegalArgumentException("inner must be at least 1, not " + inner);
        }
    }

    @Override
    public Recurrence typical(int width, int heads) {
        return new RwkvTimeMixing(width);
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
        private final RwkvTimeMixing value;
        private final int width;
        private final Parameter keyMix;
        private final Parameter valueMix;
        private final Parameter receptanceMix;
        private final Parameter decay;
        private final Parameter first;
        private final Linear key;
        private final Linear values;
        private final Linear receptance;
        private final Linear output;

        Built(RwkvTimeMixing value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.keyMix = parameters.weight("keyMix", Shape.of(width), Built::rising);
            this.valueMix = parameters.weight("valueMix", Shape.of(width), Built::rising);
            this.receptanceMix = parameters.weight("receptanceMix", Shape.of(width), Built::rising);
            this.decay = parameters.weight("decay", Shape.of(value.inner), Built::decays);
            this.first = parameters.weight("first", Shape.of(value.inner), Initializer.constant(Math.log(0.3)));
            Linear.Size in = Linear.Size.from(width).to(value.inner);
            this.key = new Linear(parameters.in("key"), in, Bias.NONE);
            this.values = new Linear(parameters.in("value"), in, Bias.NONE);
            this.receptance = new Linear(parameters.in("receptance"), in, Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(value.inner).to(width), Bias.NONE);
        }

        /// √(i / E), as in [io.attend.feedforward.RwkvChannelMixing].
        private static Tensor rising(Shape shape, Random random) {
            return share(shape, 1).sqrt();
        }

        /// From e⁻⁵, which remembers for long, to e³, which forgets at once; the middle depth of the paper's.
        private static Tensor decays(Shape shape, Random random) {
            return share(shape, 0).pow(1.35).mul(8).sub(5);
        }

        private static Tensor share(Shape shape, int less) {
            long count = shape.size(0);
            return Tensor.arange(0, count).to(DType.FLOAT32).div(Math.max(1, less == 1 ? count : count - 1));
        }

        @Override
        public Tensor forward(Tensor given, Context context) {
            long length = given.size(1);
            DType wide = given.dtype().widened();
            Optional<Tensor> real = context.real(length).map(keep -> keep.unsqueeze(2)); // [B, T, 1]
            Optional<Tensor> padding = real.map(Tensor::logicalNot);
            Tensor x = zeroed(given, padding, 0);
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            Optional<List<Tensor>> carried =
                    past.filter(state -> state.length() > 0).map(RecurrentState::carried);
            Tensor before = TokenShift.of(x, carried.map(List::getFirst));
            Tensor change = x.sub(before);
            Tensor k =
                    zeroed(key.forward(before.addcmul(change, keyMix.tensor())).to(wide), padding, LEAST);
            Tensor v = values.forward(before.addcmul(change, valueMix.tensor())).to(wide);
            Tensor r = receptance.forward(before.addcmul(change, receptanceMix.tensor())); // [B, T, A]
            Tensor counts = real.map(keep -> keep.to(DType.INT64).cumsum(1))
                    .orElseGet(() -> Tensor.arange(1, length + 1).reshape(1, length, 1))
                    .to(DType.FLOAT64)
                    .to(x.device()); // real positions so far
            Tensor last =
                    Tensor.zeros(Shape.of(x.size(0), 3, value.inner), k.dtype()).to(x.device());
            Recompute.Part part = (inputs, from, channels) -> {
                Optional<Tensor> start =
                        carried.map(list -> list.get(1).narrow(2, from, channels)); // sums and their scale
                Sums sums = sums(
                        inputs.get(0).narrow(2, from, channels),
                        inputs.get(1).narrow(2, from, channels),
                        inputs.get(2),
                        decay.tensor().to(wide).narrow(0, from, channels).exp(),
                        start);
                past.ifPresent(
                        _ -> last.narrow(2, from, channels).copy_(sums.last().detach()));
                return sums.read(first.tensor().to(wide).narrow(0, from, channels));
            };
            List<Tensor> inputs = List.of(k, v, counts);
            long most = channels(x.size(0) * (double) length);
            Tensor wkv = most == value.inner
                    ? part.of(inputs, 0, value.inner)
                    : context.recomputed(part, new Recompute.Parts(2, value.inner, most), inputs);
            past.ifPresent(state -> state.carry(List.of(x.narrow(1, length - 1, 1), last), length));
            return zeroed(output.forward(wkv.to(x.dtype()).mul(r.sigmoid())), padding, 0); // [B, T, E]
        }

        private static Sums sums(Tensor k, Tensor v, Tensor counts, Tensor w, Optional<Tensor> start) {
            long length = k.size(1);
            long batch = k.size(0);
            Tensor least =
                    Tensor.full(Shape.of(batch, 1, k.size(2)), LEAST, k.dtype()).to(k.device());
            Tensor begun = start.map(s -> s.narrow(1, 2, 1)).orElse(least); // [B, 1, A]
            Tensor scales = scales(k, counts, w, begun); // [B, T + 1, A], before and behind every position
            Tensor earlier = scales.narrow(1, 0, length);
            Tensor scale = scales.narrow(1, 1, length);
            Tensor zero =
                    Tensor.zeros(counts.narrow(1, 0, 1).shape(), counts.dtype()).to(k.device());
            Tensor moves = counts.sub(Tensor.cat(1, zero, counts.narrow(1, 0, length - 1)))
                    .to(k.dtype()); // [B, T, 1], 0 at padding, which is stepped over
            Tensor kept = earlier.sub(scale).sub(moves.mul(w)).exp().unsqueeze(2); // [B, T, 1, A]
            Tensor added = k.sub(scale).exp().mul(moves); // [B, T, A]
            Tensor all = Scan.of(
                    kept,
                    Tensor.stack(2, added.mul(v), added), // [B, T, 2, A]
                    1,
                    start.map(s -> s.narrow(1, 0, 2).unsqueeze(1)));
            Tensor none =
                    Tensor.zeros(Shape.of(batch, 1, 2, k.size(2)), k.dtype()).to(k.device());
            Tensor head = start.map(s -> s.narrow(1, 0, 2).unsqueeze(1)).orElse(none);
            return new Sums(k, v, Tensor.cat(1, head, all), scales);
        }

        /// The largest of all e^{k_i − …} so far, as its logarithm; only a scale, so no gradient flows through
        /// it.
        private static Tensor scales(Tensor k, Tensor counts, Tensor w, Tensor begun) {
            try (NoGradient _ = NoGradient.open()) {
                Tensor zero = Tensor.zeros(counts.narrow(1, 0, 1).shape(), DType.FLOAT64)
                        .to(k.device());
                Tensor drift = Tensor.cat(1, zero, counts).mul(w.to(DType.FLOAT64)); // [B, T + 1, A]
                return Tensor.cat(1, begun, k)
                        .to(DType.FLOAT64)
                        .add(drift)
                        .cummax(1)
                        .sub(drift)
                        .to(k.dtype());
            }
        }

        /// Numerator and denominator before and behind every position.
        ///
        /// @param sums [B, T + 1, 2, A], divided by e^scale
        /// @param scales [B, T + 1, A]
        private record Sums(Tensor k, Tensor v, Tensor sums, Tensor scales) {
            /// wkv, [B, T, A].
            Tensor read(Tensor first) {
                long length = k.size(1);
                Tensor before = sums.narrow(1, 0, length);
                Tensor scale = scales.narrow(1, 0, length);
                Tensor bonus = k.add(first);
                Tensor most = bonus.detach().where(bonus.gt(scale), scale); // again only a scale
                Tensor past = scale.sub(most).exp();
                Tensor present = bonus.sub(most).exp();
                return before.select(2, 0)
                        .mul(past)
                        .addcmul(present, v)
                        .div(before.select(2, 1).mul(past).add(present));
            }

            /// [B, 3, A]: numerator, denominator, scale.
            Tensor last() {
                long length = k.size(1);
                return Tensor.cat(1, sums.select(1, length), scales.narrow(1, length, 1));
            }
        }

        private static Tensor zeroed(Tensor x, Optional<Tensor> padding, double by) {
            return padding.isPresent() ? x.maskedFill(padding.get(), by) : x;
        }

        /// Channels summed together for so many positions.
        private long channels(double rows) {
            return Math.clamp((long) (MOST / (2 * rows)), 1, value.inner);
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double numbers = rows * value.inner;
            boolean again = channels(rows) < value.inner;
            return Cost.flops(key.flops(rows)
                            + values.flops(rows)
                            + receptance.flops(rows)
                            + output.flops(rows)
                            + 10 * rows * width
                            + 4 * numbers)
                    .plus(new Cost(30 * numbers, again ? 30 * numbers : 0, 0, 0, again ? 12.0 * MOST : 0))
                    .saving(5 * rows * width + (again ? 5 : 28) * numbers)
                    .remembering(load.batch() * (width + 3.0 * value.inner));
        }
    }
}
