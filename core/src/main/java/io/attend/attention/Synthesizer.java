package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.state.KeyValueState;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Attention without pairs: a query's scores come from itself, or from its place alone, never from a key.
///
///     A = softmax(S)  over keys the mask allows        Y = A V,  concatenated over heads, times Wₒ
///
/// x [B, T, E]; S [B, H, T, N] by its [Synthesis], V [B, H, S, D] → Y [B, T, E], for texts of at most N
/// tokens. Time O(T·S·H·D) for A V and the synthesis' own; A is stored. Remembers H·D numbers a token. Names:
/// the paper's F(X) is our synthesis, G(X) our value.
///
/// @param heads H and D; a synthesis shares no keys
/// @param synthesis where scores come from
/// @param bias of value and output
@Source(paper = "Synthesizer: Rethinking Self-Attention in Transformer Models", arxiv = "2005.00743")
public record Synthesizer(
        Heads heads,
        Synthesis synthesis,
        @Default("\"Bidirectional\"") Mask mask,
        @Default("\"added\"") Bias bias,
        @Default("0.0") double dropout)
        implements Attention {
    public static final Synthesizer EXAMPLE = of(DenseSynthesis.EXAMPLE, new Bidirectional());
    public static final Synthesizer CAUSAL = of(DenseSynthesis.EXAMPLE, new Causal());
    public static final Synthesizer FACTORIZED = of(FactorizedDenseSynthesis.EXAMPLE, new Causal());
    public static final Synthesizer RANDOM = of(RandomSynthesis.EXAMPLE, new Causal());
    public static final Synthesizer FACTORIZED_RANDOM = of(FactorizedRandomSynthesis.EXAMPLE, new Bidirectional());

    public Synthesizer {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("a synthesizer has as many value heads as heads: " + heads.count()
                    + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    private static Synthesizer of(Synthesis synthesis, Mask mask) {
        return new Synthesizer(Heads.of(2), synthesis, mask, Bias.ADDED, 0);
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE).inexact();
    }

    @Override
    public Attention typical(int count, long length) {
        return new Synthesizer(Heads.of(count), synthesis.upTo(Math.toIntExact(length)), mask, bias, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final Synthesizer value;
        private final String place;
        private final int width;
        private final int size;
        private final Synthesis.Built synthesis;
        private final Linear values;
        private final Linear output;

        Built(Synthesizer value, Parameters parameters, int width) {
            this.value = value;
            this.place = parameters.path();
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            long inner = (long) value.heads.count() * size;
            this.synthesis = value.synthesis.build(parameters.in("synthesis"), width, value.heads);
            this.values =
                    new Linear(parameters.in("value"), Linear.Size.from(width).to(inner), value.bias);
            this.output =
                    new Linear(parameters.in("output"), Linear.Size.from(inner).to(width), value.bias);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            check(context.cached() + length);
            Tensor vectors =
                    values.forward(x).reshape(x.size(0), length, -1, size).transpose(1, 2); // [B, H, T, D]
            Optional<KeyValueState> state = context.keyValues();
            if (state.isPresent()) {
                state.get().append(vectors.narrow(3, 0, 0), vectors); // no keys
                vectors = state.get().values(); // [B, H, S, D]
            }
            Tensor scores = ofKeys(synthesis.scores(x, context), vectors.size(2), context); // [B, H, T, S]
            Context.Visible visible = context.visible(value.mask, length, vectors.size(2));
            Tensor y = AttentionKernel.weighted(scores, vectors, visible, value.dropout, context);
            return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, T, E]
        }

        /// Of all N places those of the keys.
        private static Tensor ofKeys(Tensor scores, long keys, Context context) {
            if (!context.isPositioned()) {
                return scores.narrow(3, 0, keys);
            }
            Tensor positions = context.keyPositions(keys).clampMin(0); // [B, S]
            Tensor places =
                    positions.unsqueeze(1).unsqueeze(1).expand(positions.size(0), scores.size(1), scores.size(2), keys);
            return scores.expand(positions.size(0), scores.size(1), scores.size(2), scores.size(3))
                    .gather(3, places);
        }

        private void check(long tokens) {
            if (tokens > value.synthesis.maximum()) {
                throw new IllegalArgumentException(place + ": the text has " + tokens
                        + " tokens, but the model has learned to look at only " + value.synthesis.maximum()
                        + " places; shorten the text or train a model with a larger maximum");
            }
        }

        @Override
        public Cost cost(Load load) {
            check(load.keys());
            double numbers = (double) value.heads.count() * size; // a position
            double pairs = load.rows() * value.heads.count() * load.keys();
            return Cost.flops(values.flops(load.rows())
                            + synthesis.flops(load.rows())
                            + pairs * (2.0 * size + 5)
                            + output.flops(load.rows()))
                    .saving(load.rows() * (width + 3 * numbers) + pairs * (value.dropout > 0 ? 3 : 1))
                    .remembering(numbers * load.batch() * load.keys());
        }
    }
}
