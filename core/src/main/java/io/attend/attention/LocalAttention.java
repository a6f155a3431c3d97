package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.state.KeyValueState;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Attention within chunks of a text and some around each.
///
///     y_t = softmax(q_t · K / √D) V over the chunk of t, `before` chunks before it and `after` behind it
///
/// x [B, T, E] → y [B, T, E]. Time and memory O(T·c·(1 + before + after)·H·D) for chunks of c, linear in T. A
/// text of at most c positions is one chunk: exact attention. Remembers 2·H·D numbers a token. Names: our
/// `chunk` is Reformer's `local_attn_chunk_length`.
///
/// @param multiple texts are padded to a multiple of it, the chunk's size if absent
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record LocalAttention(
        Heads heads,
        int chunk,
        @Default("1") int before,
        @Default("0") int after,
        @Default("false") boolean causal,
        OptionalInt multiple,
        @Default("\"cut\"") ChunkEdges edges,
        @Default("0.0") double dropout)
        implements Attention {
    public static final LocalAttention EXAMPLE =
            new LocalAttention(Heads.of(2), 2, 1, 1, false, OptionalInt.empty(), ChunkEdges.CUT, 0);
    public static final LocalAttention CAUSAL =
            new LocalAttention(Heads.of(2).size(3), 3, 1, 0, true, OptionalInt.empty(), ChunkEdges.CUT, 0);

    public LocalAttention {
        ChunkPairs.check(chunk, before, after);
        if (multiple.isPresent() && (multiple.getAsInt() < 1 || multiple.getAsInt() % chunk != 0)) {
            throw new IllegalArgumentException("texts must be padded to a multiple of their chunks of " + chunk
                    + ", not to " + multiple.getAsInt());
        }
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("local attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public long hears(long length) {
        return Math.min(length, chunk * (before + 1L));
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR.remembering(Rate.LINEAR);
    }

    @Override
    public Attention typical(int count, long length) {
        return new LocalAttention(Heads.of(count), 64, before, after, causal, OptionalInt.empty(), edges, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final LocalAttention value;
        private final ChunkPairs pairs;
        private final Projections projections;

        Built(LocalAttention value, Parameters parameters, int width) {
            this.value = value;
            this.pairs = new ChunkPairs(value.chunk, value.before, value.after, value.edges);
            this.projections = new Projections(parameters, value.heads, ProjectionBias.NONE, width);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor q = projections.queries(x).mul(1 / Math.sqrt(projections.size)); // [B, H, T, D]
            Tensor k = projections.keys(x);
            Tensor v = projections.values(x);
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            long first = 0;
            if (state.isPresent()) {
                state.get().append(k, v);
                first = Math.max(0, (context.cached() / value.chunk - value.before) * value.chunk);
                long seen = state.get().length() - first;
                k = state.get().keys().narrow(2, first, seen); // from the first chunk that is looked at
                v = state.get().values().narrow(2, first, seen);
            }
            boolean narrow = x.dtype().bytes() == 2;
            Tensor y = narrow
                    ? attended(q.to(DType.FLOAT32), k.to(DType.FLOAT32), v.to(DType.FLOAT32), first, context)
                    : attended(q, k, v, first, context);
            return projections.output(y.to(x.dtype())); // [B, T, E]
        }

        /// @param first the place of the first key
        private Tensor attended(Tensor q, Tensor k, Tensor v, long first, Context context) {
            long length = k.size(2);
            long asked = q.size(2);
            boolean whole = first == 0 && length <= value.chunk;
            long padded = whole ? length : ChunkPairs.padded(length, value.multiple.orElse(value.chunk));
            Tensor real = real(k, padded, first, context); // [B, 1, P]
            Tensor queries = padded(q, length - asked, padded); // [B, H, P, D]
            Tensor keys = padded(k, 0, padded);
            Tensor vectors = padded(v, 0, padded);
            if (whole) {
                Tensor places = Tensor.arange(0, length).to(q.device());
                return ChunkPairs.gather(
                                queries,
                                keys,
                                vectors,
                                hidden(places, places, real),
                                Optional.empty(),
                                value.dropout,
                                context)
                        .values()
                        .narrow(2, length - asked, asked);
            }
            Tensor places =
                    pairs.split(Tensor.arange(0, padded).reshape(1, 1, padded).to(q.device())); // [1, 1, C, c]
            Tensor hidden = hidden(
                    places,
                    pairs.seen(places),
                    pairs.seen(pairs.split(real.to(DType.INT64))).ne(0));
            if (value.edges == ChunkEdges.CUT) {
                hidden = hidden.logicalOr(
                        pairs.inside(places.size(2), 1).logicalNot().to(q.device()));
            }
            return ChunkPairs.gather(
                            pairs.split(queries),
                            pairs.seen(pairs.split(keys)),
                            pairs.seen(pairs.split(vectors)),
                            hidden,
                            Optional.empty(),
                            value.dropout,
                            context)
                    .values()
                    .flatten(2, 3)
                    .narrow(2, length - asked, asked); // [B, H, T, D]
        }

        private Tensor hidden(Tensor queries, Tensor keys, Tensor real) {
            Tensor padding = real.logicalNot().unsqueeze(-2);
            return value.causal ? padding.logicalOr(keys.unsqueeze(-2).gt(queries.unsqueeze(-1))) : padding;
        }

        private static Tensor real(Tensor k, long padded, long first, Context context) {
            Tensor real = context.keep()
                    .map(keep -> keep.narrow(1, first, k.size(2)))
                    .orElseGet(() -> Tensor.ones(Shape.of(k.size(0), k.size(2)), DType.BOOL)
                            .to(k.device()));
            Tensor none = Tensor.zeros(Shape.of(k.size(0), padded - k.size(2)), DType.BOOL)
                    .to(k.device());
            return Tensor.cat(1, real, none).unsqueeze(1);
        }

        /// With so many zeros in front, and as many behind as are missing.
        private static Tensor padded(Tensor x, long front, long length) {
            Tensor none = Tensor.zeros(Shape.of(x.size(0), x.size(1), length, x.size(3)), x.dtype())
                    .to(x.device());
            return Tensor.cat(2, none.narrow(2, 0, front), x, none.narrow(2, 0, length - front - x.size(2)));
        }

        @Override
        public Cost cost(Load load) {
            double heads = value.heads.count();
            double numbers = heads * projections.size;
            double seen = Math.min((double) value.chunk * pairs.reach(), load.keys());
            double pairsSeen = load.rows() * heads * seen;
            return Cost.flops(projections.flops(load.rows()) + pairsSeen * (4.0 * projections.size + 5))
                    .saving(projections.saved(load.rows(), value.heads)
                            + load.rows() * 2 * pairs.reach() * numbers
                            + 2 * pairsSeen)
                    .remembering(2 * numbers * load.batch() * load.keys());
        }
    }
}
