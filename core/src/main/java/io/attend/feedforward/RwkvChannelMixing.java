package io.attend.feedforward;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.scan.TokenShift;
import io.attend.state.RecurrentState;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// RWKV's feed-forward: a gated square of a rectifier, of each position and a little of the one before.
///
///     x^k, x^r = μ ⊙ x_t + (1 − μ) ⊙ x_{t−1}, each with its own μ
///     y = σ(W_r x^r) ⊙ W_v max(W_k x^k, 0)²
///
/// x [B, T, E] → hidden [B, T, F] → y [B, T, E]. Time 2·T·E·(2 F + E) operations; remembers the last input, E
/// numbers. Padding stands for a vector of zeros. Names: our `key`, `receptance`, `value`, `keyMix` and
/// `receptanceMix` are Hugging Face's key, receptance, value, time_mix_key and time_mix_receptance.
@Source(paper = "RWKV: Reinventing RNNs for the Transformer Era", arxiv = "2305.13048")
public record RwkvChannelMixing(int hidden) implements FeedForward {
    public static final RwkvChannelMixing EXAMPLE = new RwkvChannelMixing(13);

    public RwkvChannelMixing {
        Checks.hidden(hidden);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    @Override
    public boolean local() {
        return false;
    }

    private static final class Built implements Layer {
        private final RwkvChannelMixing value;
        private final int width;
        private final Parameter keyMix;
        private final Parameter receptanceMix;
        private final Linear key;
        private final Linear receptance;
        private final Linear values;

        Built(RwkvChannelMixing value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.keyMix = parameters.weight("keyMix", Shape.of(width), rising());
            this.receptanceMix = parameters.weight("receptanceMix", Shape.of(width), rising());
            this.key = new Linear(parameters.in("key"), Linear.Size.from(width).to(value.hidden), Bias.NONE);
            this.receptance = new Linear(
                    parameters.in("receptance"), Linear.Size.from(width).to(width), Bias.NONE);
            this.values = new Linear(
                    parameters.in("value"), Linear.Size.from(value.hidden).to(width), Bias.NONE);
        }

        /// √(i / E): features from one that is the past to one that is the present. (The paper's start differs
        /// by depth; this is the middle's.)
        private static Initializer rising() {
            return (shape, _) -> Tensor.arange(0, shape.size(0))
                    .to(DType.FLOAT32)
                    .div(shape.size(0))
                    .sqrt();
        }

        @Override
        public Tensor forward(Tensor given, Context context) {
            long length = given.size(1);
            Tensor x = context.real(length)
                    .map(real -> given.maskedFill(real.logicalNot().unsqueeze(2), 0))
                    .orElse(given);
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            Tensor before = TokenShift.of(
                    x,
                    past.filter(state -> state.length() > 0)
                            .map(state -> state.carried().getFirst()));
            past.ifPresent(state -> state.carry(List.of(x.narrow(1, length - 1, 1)), length));
            Tensor change = x.sub(before);
            Tensor hidden =
                    key.forward(before.addcmul(change, keyMix.tensor())).relu().square(); // [B, T, F]
            Tensor gate = receptance
                    .forward(before.addcmul(change, receptanceMix.tensor()))
                    .sigmoid();
            return gate.mul(values.forward(hidden)); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double numbers = rows * width;
            double hidden = rows * value.hidden;
            return Cost.flops(key.flops(rows) + receptance.flops(rows) + values.flops(rows) + 2 * hidden + 10 * numbers)
                    .saving(5 * numbers + 2 * hidden)
                    .remembering((double) load.batch() * width);
        }
    }
}
