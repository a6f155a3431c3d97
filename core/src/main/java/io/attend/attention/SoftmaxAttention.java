package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Softmax attention with several heads, each looking for something else; query heads may share keys and values.
///
///     A = softmax(score(Q, K) + bias)   over keys the mask allows          Y = A V,  concatenated over heads,
/// times Wₒ
///
/// x [B, T, E]; Q [B, H, T, D], K and V [B, K, S, D] → Y [B, T, E]. K = H is multi-head, 1 < K < H grouped-query,
/// K = 1 multi-query attention. Time O(T·S·H·D) and O(T·E·(H + K)·D) for the projections; memory linear in T by
/// the fused kernel; remembers 2·K·D numbers a token. Attention to a memory projects it once and remembers it for
/// the whole generation. Names: our head size D is the paper's d_k, Hugging Face's `head_dim`; our width E is
/// d_model.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record SoftmaxAttention(
        Heads heads,
        @Default("\"Bidirectional\"") Mask mask,
        @Default("\"NoPosition\"") RelativePosition position,
        @Default("\"ScaledDotProduct\"") Score score,
        @Default("\"added\"") ProjectionBias bias,
        @Default("0.0") double dropout)
        implements MemoryAttention {
    public static final SoftmaxAttention EXAMPLE = of(Heads.of(2));
    public static final SoftmaxAttention CAUSAL = EXAMPLE.masked(new Causal());
    public static final SoftmaxAttention SHARED =
            of(Heads.of(6).sharing(3).size(5)).bias(ProjectionBias.NONE);
    public static final SoftmaxAttention GROUPED = SHARED.masked(new Causal());

    public SoftmaxAttention {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// Bidirectional attention without positions or dropout.
    public static SoftmaxAttention of(Heads heads) {
        return new SoftmaxAttention(
                heads, new Bidirectional(), new NoPosition(), new ScaledDotProduct(), ProjectionBias.ADDED, 0);
    }

    public SoftmaxAttention position(RelativePosition how) {
        return new SoftmaxAttention(heads, mask, how, score, bias, dropout);
    }

    public SoftmaxAttention score(Score how) {
        return new SoftmaxAttention(heads, mask, position, how, bias, dropout);
    }

    public SoftmaxAttention masked(Mask by) {
        return new SoftmaxAttention(heads, by, position, score, bias, dropout);
    }

    public SoftmaxAttention bias(ProjectionBias presence) {
        return new SoftmaxAttention(heads, mask, position, score, presence, dropout);
    }

    public SoftmaxAttention dropout(double rate) {
        return new SoftmaxAttention(heads, mask, position, score, bias, rate);
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Self(this, parameters, site.width());
    }

    @Override
    public Layer cross(Parameters parameters, Site site) {
        if (!(mask instanceof Bidirectional) || !(position instanceof NoPosition)) {
            throw parameters.refuse(
                    "a memory has no order that a " + mask.getClass().getSimpleName() + " mask or a "
                            + position.getClass().getSimpleName()
                            + " could act on; cross-attention takes Bidirectional and NoPosition");
        }
        return new Cross(
                this,
                parameters,
                site.width(),
                site.memory()
                        .orElseThrow(
                                () -> parameters.refuse("cross-attention needs a memory, which only the decoder of an"
                                        + " EncoderDecoder has; remove it or change the topology")));
    }

    /// The four projections and the split into heads, common to both uses.
    private abstract static sealed class Built implements Layer permits Self, Cross {
        final SoftmaxAttention value;
        final int width;
        final int size;
        final Linear query;
        final Linear key;
        final Linear values;
        final Linear output;
        final RelativePosition.Built position;
        final Score.Built score;

        Built(SoftmaxAttention value, Parameters parameters, int width, int memoryWidth) {
            this.value = value;
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            int queryWidth = value.heads.count() * size;
            int keyWidth = value.heads.keyValueCount() * size;
            this.query =
                    new Linear(parameters.in("query"), Linear.Size.from(width).to(queryWidth), value.bias.query);
            this.key = new Linear(
                    parameters.in("key"), Linear.Size.from(memoryWidth).to(keyWidth), value.bias.key);
            this.values = new Linear(
                    parameters.in("value"), Linear.Size.from(memoryWidth).to(keyWidth), value.bias.value);
            this.output = new Linear(
                    parameters.in("output"), Linear.Size.from(queryWidth).to(width), value.bias.output);
            this.position = value.position.build(
                    parameters.in("position"), new HeadShape(value.heads.count(), value.heads.keyValueCount(), size));
            this.score = value.score.build(parameters.in("score"), size);
        }

        Tensor split(Tensor x, int heads) {
            return x.reshape(x.size(0), x.size(1), heads, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        Tensor queries(Tensor x, Context context) {
            return position.queries(split(query.forward(x), value.heads.count()), context); // [B, H, T, D]
        }

        Tensor merge(Tensor queries, Tensor keys, Tensor vectors, Context.Visible visible, Context context) {
            Optional<Tensor> bias = position.bias(queries, keys, context);
            Tensor y = AttentionKernel.attend(
                    queries, keys, vectors, visible, bias, score, position, value.dropout, context);
            return output.forward(y.transpose(1, 2).reshape(y.size(0), y.size(2), -1)); // [B, H, T, D] → [B, T, E]
        }

        Cost pairs(Load load, double keys) {
            double head = load.rows() * value.heads.count();
            double weights =
                    value.dropout > 0 ? 3 * head * keys : 0; // dropout keeps the weights, its mask and both together
            return Cost.flops(head * keys * (score.flops() + 2.0 * size + 5)) // scores, weighted values, softmax
                    .saving(head * (2.0 * size + 1) + weights) // queries, result, one normaliser a row
                    .plus(Cost.flops(query.flops(load.rows()) + output.flops(load.rows())));
        }
    }

    private static final class Self extends Built {
        Self(SoftmaxAttention value, Parameters parameters, int width) {
            super(value, parameters, width, width);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = queries(x, context); // [B, H, T, D]
            Tensor keys = position.keys(split(key.forward(x), value.heads.keyValueCount()), context); // [B, K, T, D]
            Tensor vectors = position.values(split(values.forward(x), value.heads.keyValueCount()), context);
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent()) {
                state.get().append(keys, vectors);
                keys = state.get().keys(); // [B, K, S, D]
                vectors = state.get().values();
            }
            return merge(queries, keys, vectors, context.visible(value.mask, x.size(1), keys.size(2)), context);
        }

        @Override
        public Cost cost(Load load) {
            double numbers = 2.0 * value.heads.keyValueCount() * size; // a position
            return pairs(load, load.keys())
                    .plus(Cost.flops(key.flops(load.rows()) + values.flops(load.rows())))
                    .saving(load.rows() * (width + numbers))
                    .remembering(numbers * load.batch() * load.keys());
        }
    }

    private static final class Cross extends Built {
        Cross(SoftmaxAttention value, Parameters parameters, int width, int memoryWidth) {
            super(value, parameters, width, memoryWidth);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent() && state.get().length() > 0) {
                return attend(x, state.get().keys(), state.get().values(), context);
            }
            Tensor memory = context.memory().values(); // [B, S, M]
            Tensor keys = split(key.forward(memory), value.heads.keyValueCount()); // [B, K, S, D]
            Tensor vectors = split(values.forward(memory), value.heads.keyValueCount());
            state.ifPresent(kept -> kept.append(keys, vectors));
            return attend(x, keys, vectors, context);
        }

        private Tensor attend(Tensor x, Tensor keys, Tensor vectors, Context context) {
            return merge(queries(x, context), keys, vectors, context.visibleMemory(), context);
        }

        @Override
        public Cost cost(Load load) {
            double memoryRows = (double) load.batch() * load.memory();
            double keyNumbers = 2.0 * memoryRows * value.heads.keyValueCount() * size;
            double projections = load.cached() == 0 ? key.flops(memoryRows) + values.flops(memoryRows) : 0;
            return pairs(load, load.memory())
                    .plus(Cost.flops(projections))
                    .saving(load.rows() * width + keyNumbers)
                    .remembering(keyNumbers);
        }
    }
}
