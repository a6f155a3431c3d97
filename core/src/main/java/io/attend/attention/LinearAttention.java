package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.scan.ChunkedScan;
import io.attend.state.RecurrentState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Attention whose weights are products of features, so that keys and values can be summed before any query
/// comes: its time is linear in the length.
///
///     y_t = Σ_s (φ(q_t) · φ(k_s)) v_s / Σ_s (φ(q_t) · φ(k_s))        over all s, or over s ≤ t
///
/// concatenated over heads, times Wₒ. x [B, T, E]; Q, K, V [B, H, T, D] → [B, T, E], R features a key. Time
/// 4·T·H·R·D operations, a causal one 2·T·H·(R + D)·C more in chunks of C; memory linear in T. A causal one
/// remembers R·(D + 1) numbers a head, however long the text. With [EluFeatures] the paper's own; with
/// [SoftmaxFeatures] or [ReluFeatures] the Performer.
///
/// @param heads H and D; no keys are shared
/// @param features φ
/// @param causal whether a position gathers only from itself and those before
/// @param chunk positions weighed at once where it is causal, C; changes time and memory, nothing else
/// @param bias which projections add a vector
@Source(paper = "Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention", arxiv = "2006.16236")
public record LinearAttention(
        Heads heads,
        @Default("\"EluFeatures\"") FeatureMap features,
        @Default("false") boolean causal,
        @Default("64") int chunk,
        @Default("\"added\"") ProjectionBias bias)
        implements Attention {
    public static final LinearAttention EXAMPLE = of(Heads.of(2));
    public static final LinearAttention CAUSAL = EXAMPLE.causal(true).chunk(5);
    public static final LinearAttention PERFORMER = EXAMPLE.features(SoftmaxFeatures.EXAMPLE);
    public static final LinearAttention CAUSAL_PERFORMER = PERFORMER.causal(true);
    public static final LinearAttention RECTIFIED =
            EXAMPLE.features(ReluFeatures.EXAMPLE).causal(true).chunk(3);

    public LinearAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("linear attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        ChunkedScan.checked(chunk);
    }

    /// Bidirectional attention with the features of the paper.
    public static LinearAttention of(Heads heads) {
        return new LinearAttention(heads, new EluFeatures(), false, 64, ProjectionBias.ADDED);
    }

    public LinearAttention causal(boolean is) {
        return new LinearAttention(heads, features, is, chunk, bias);
    }

    public LinearAttention features(FeatureMap map) {
        return new LinearAttention(heads, map, causal, chunk, bias);
    }

    public LinearAttention chunk(int positions) {
        return new LinearAttention(heads, features, causal, positions, bias);
    }

    public LinearAttention bias(ProjectionBias presence) {
        return new LinearAttention(heads, features, causal, chunk, presence);
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new LinearAttention(Heads.of(count), features, causal, 64, bias);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final LinearAttention value;
        private final int width;
        private final int size;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final FeatureMap.Built features;
        private final ChunkedScan scan;

        Built(LinearAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            Linear.Size inner = Linear.Size.from(width).to((long) value.heads.count() * size);
            this.query = new Linear(parameters.in("query"), inner, value.bias.query);
            this.key = new Linear(parameters.in("key"), inner, value.bias.key);
            this.values = new Linear(parameters.in("value"), inner, value.bias.value);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) value.heads.count() * size).to(width),
                    value.bias.output);
            this.features = value.features.build(parameters.in("features"), size);
            this.scan = new ChunkedScan(value.chunk);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            Tensor q = features.queries(split(query.forward(x))); // [B, H, T, R]
            Tensor all = features.keys(split(key.forward(x)));
            Tensor k = context.real(length)
                    .map(real -> all.maskedFill(padding(real), 0))
                    .orElse(all);
            Tensor v = split(values.forward(x)); // [B, H, T, D]
            Tensor ones = Tensor.ones(Shape.of(v.size(0), v.size(1), length, 1), v.dtype());
            Tensor both = Tensor.cat(3, v, ones.to(v.device())); // [B, H, T, D + 1], and the sum of weights
            Tensor sums = value.causal
                    ? before(q, k, both, context)
                    : q.matmul(k.transpose(2, 3).matmul(both));
            Tensor total = sums.narrow(3, size, 1);
            Tensor y = sums.narrow(3, 0, size).div(total.maskedFill(total.eq(0), 1)); // zeros where nothing is seen
            return output.forward(y.transpose(1, 2).flatten(2, 3).to(x.dtype())); // [B, T, E]
        }

        private Tensor before(Tensor q, Tensor k, Tensor v, Context context) {
            Optional<RecurrentState> state = context.state(RecurrentState.class, RecurrentState::new);
            ChunkedScan.Result result = scan.of(
                    q,
                    k,
                    v,
                    Optional.empty(),
                    state.filter(past -> past.length() > 0)
                            .map(past -> past.carried().getFirst()));
            state.ifPresent(past -> past.carry(List.of(result.last()), q.size(2)));
            return result.outputs();
        }

        /// In float32 at least, for sums over the whole length.
        private Tensor split(Tensor x) {
            return x.to(x.dtype().widened())
                    .reshape(x.size(0), x.size(1), -1, size)
                    .transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        private static Tensor padding(Tensor real) {
            return real.logicalNot().unsqueeze(1).unsqueeze(3); // [B, 1, T, 1]
        }

        @Override
        public Cost cost(Load load) {
            double heads = value.heads.count() * load.rows();
            long many = features.features();
            double sums =
                    value.causal ? scan.flops(heads, load.length(), many, size + 1) : heads * 4 * many * (size + 1);
            double kept = value.causal ? scan.saved(heads, load.length(), many, size + 1) : heads * (size + 1);
            return Cost.flops(query.flops(load.rows())
                            + key.flops(load.rows())
                            + values.flops(load.rows())
                            + output.flops(load.rows())
                            + heads * (2 * features.flops() + size)
                            + sums)
                    .saving(load.rows() * width + heads * (2 * features.saved() + 3.0 * size + 2) + kept)
                    .remembering(value.causal ? (double) load.batch() * value.heads.count() * many * (size + 1) : 0);
        }
    }
}
