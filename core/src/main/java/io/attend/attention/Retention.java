package io.attend.attention;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.scan.ChunkedScan;
import io.attend.state.RecurrentState;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Attention without softmax in which every head forgets at a rate of its own: as fast to train as attention,
/// as small to generate with as a recurrence.
///
///     Y = (Q Kᵀ / √D ⊙ Γ) V,  Γ_ts = γ^{t−s} for s ≤ t        γ = 1 − 2^{−5−h} of head h
///     S ← γ S + k vᵀ / √D,  y = Sᵀ q                          the same step by step
///     out = W_o (norm(Y) ⊙ silu(W_g x))                       the norm over each head, without weights
///
/// x [B, T, E]; Q and K [B, H, T, D], turned by where they stand, V and Y [B, H, T, M] → [B, T, E]. With chunks
/// of T this is the paper's parallel form, of 1 its recurrent one, between them the chunkwise one, and all are
/// equal; time that of [ChunkedScan] beside the products, memory linear in T. Remembers D·M numbers a head,
/// however long the text. Names: the gate is the paper's swish gate, `gate` its W_G.
///
/// @param heads H and D; no keys are shared
/// @param valueSize M; D if absent, the paper takes 2 D
/// @param position what turns queries and keys: rotary positions, or nothing
/// @param chunk positions computed at once, C; changes time and memory, nothing else
@Source(paper = "Retentive Network: A Successor to Transformer for Large Language Models", arxiv = "2307.08621")
public record Retention(
        Heads heads,
        OptionalInt valueSize,
        @Default("\"Rotary\"") RelativePosition position,
        @Default("64") int chunk) implements Attention {
    public static final Retention EXAMPLE = new Retention(Heads.of(2).size(4), OptionalInt.of(7), Rotary.EXAMPLE, 64);
    public static final Retention IN_CHUNKS = EXAMPLE.chunk(5);
    public static final Retention WITHOUT_POSITION =
            new Retention(Heads.of(2).size(13), OptionalInt.of(3), new NoPosition(), 3);

    private static final double EPSILON = 1e-5;

    public Retention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("retention has as many key-value heads as query heads: " + heads.count()
                    + ", not " + heads.keyValueCount());
        }
        if (heads.count() > 512) {
            throw new IllegalArgumentException("retention has at most 512 heads, of which the last forgets nothing"
                    + " that a number could tell, not " + heads.count());
        }
        if (valueSize.isPresent() && valueSize.getAsInt() < 1) {
            throw new IllegalArgumentException("valueSize must be at least 1, not " + valueSize.getAsInt());
        }
        boolean turns = position instanceof Rotary rotary && rotary.turned() == Rotary.Turned.QUERIES_AND_KEYS;
        if (!turns && !(position instanceof NoPosition)) {
            throw new IllegalArgumentException("retention turns queries and keys by where they stand, and has no scores"
                    + " a " + position.getClass().getSimpleName() + " could add to; take Rotary or NoPosition");
        }
        ChunkedScan.checked(chunk);
    }

    public Retention chunk(int positions) {
        return new Retention(heads, valueSize, position, positions);
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new Retention(Heads.of(count), OptionalInt.empty(), position, 64);
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
        private final Retention value;
        private final int width;
        private final int size;
        private final int valueSize;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear gate;
        private final Linear output;
        private final RelativePosition.Built position;
        private final ChunkedScan scan;

        Built(Retention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            int heads = value.heads.count();
            this.size = value.heads.sizeIn(width, parameters);
            this.valueSize = value.valueSize.orElse(size);
            Linear.Size keys = Linear.Size.from(width).to((long) heads * size);
            Linear.Size inner = Linear.Size.from(width).to((long) heads * valueSize);
            this.query = new Linear(parameters.in("query"), keys, Bias.NONE);
            this.key = new Linear(parameters.in("key"), keys, Bias.NONE);
            this.values = new Linear(parameters.in("value"), inner, Bias.NONE);
            this.gate = new Linear(parameters.in("gate"), inner, Bias.NONE);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) heads * valueSize).to(width),
                    Bias.NONE);
            this.position =
                    value.position.build(parameters.in("position"), new RelativePosition.HeadShape(heads, heads, size));
            this.scan = new ChunkedScan(value.chunk);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            Optional<Tensor> real = context.real(length).map(keep -> keep.unsqueeze(1)); // [B, 1, T]
            Tensor q = position.queries(split(query.forward(x), size), context); // [B, H, T, D]
            Tensor all = position.keys(split(key.forward(x), size), context).mul(1 / Math.sqrt(size));
            Tensor k = real.map(keep -> all.maskedFill(keep.logicalNot().unsqueeze(3), 0))
                    .orElse(all);
            Tensor v = split(values.forward(x), valueSize); // [B, H, T, M]
            Optional<RecurrentState> past = context.state(RecurrentState.class, RecurrentState::new);
            ChunkedScan.Result result = scan.of(
                    q,
                    k,
                    v,
                    Optional.of(decays(length, x, real)),
                    past.filter(state -> state.length() > 0)
                            .map(state -> state.carried().getFirst()));
            past.ifPresent(state -> state.carry(List.of(result.last()), length));
            Tensor y = result.outputs()
                    .layerNorm(Optional.empty(), Optional.empty(), EPSILON) // each head by itself
                    .transpose(1, 2)
                    .flatten(2, 3)
                    .to(x.dtype());
            return output.forward(y.mul(gate.forward(x).silu())); // [B, T, E]
        }

        /// ln γ of every head, 0 over padding: [1 or B, H, T].
        private Tensor decays(long length, Tensor x, Optional<Tensor> real) {
            int heads = value.heads.count();
            double[] logarithms = IntStream.range(0, heads)
                    .mapToDouble(head -> Math.log1p(-Math.pow(2, -5.0 - head)))
                    .toArray();
            Tensor each =
                    Tensor.of(logarithms, 1, heads, 1).to(x.dtype().widened()).to(x.device());
            return real.map(keep -> each.mul(keep.to(each.dtype()))).orElseGet(() -> each.expand(1, heads, length));
        }

        private static Tensor split(Tensor x, int size) {
            return x.to(x.dtype().widened())
                    .reshape(x.size(0), x.size(1), -1, size)
                    .transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double heads = rows * value.heads.count();
            return Cost.flops(query.flops(rows)
                            + key.flops(rows)
                            + values.flops(rows)
                            + gate.flops(rows)
                            + output.flops(rows)
                            + heads * (size + 15.0 * valueSize)
                            + scan.flops(heads, load.length(), size, valueSize))
                    .plus(position.cost(load))
                    .saving(rows * width
                            + heads * (3.0 * size + 6.0 * valueSize)
                            + scan.saved(heads, load.length(), size, valueSize))
                    .remembering((double) load.batch() * value.heads.count() * size * valueSize);
        }
    }
}
