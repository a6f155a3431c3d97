package io.attend.attention;

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
import io.attend.norm.LayerNorm;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.FixedScaleDotProduct;
import io.attend.score.Score;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// DeBERTa's attention: what a token says and where it stands are kept apart, and content is scored against
/// content, content against distance, and distance against content.
///
///     score(t, s) = (q_t · k_s + q_t · r_k(δ) + k_s · r_q(δ)) / √(D · (1 + terms))        δ = row of t − s
///
/// x [B, T, E]; r_k and r_q [R, H, D] are projections of one table of distances [R, E] that all layers share
/// → [B, T, E]. Time O(T²·H·D) and O(T·R·H·D) for the terms, which are gathered into [B, H, T, T] numbers
/// each: memory is quadratic in T whatever the kernel. It looks in both directions. Names: the paper's
/// content-to-position (`c2p`) and position-to-content (`p2c`), Hugging Face's `pos_att_type`; with own
/// projections our `position.key` is `pos_key_proj` (v1: `pos_proj`), `position.query` its `pos_query_proj`
/// (`pos_q_proj`), with shared ones (`share_att_key`) it uses those of the content. DeBERTa v1 is: distances
/// without buckets or norm, own projections, and no bias for keys.
///
/// @param heads H and D; keys are not shared
/// @param distances the table, one for all layers that have an equal one
/// @param terms what is added to content against content
/// @param projections of the table
/// @param bias which projections add a vector; those of the table have it as content has
/// @param dropout of the weights
@Source(paper = "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", arxiv = "2006.03654")
public record DisentangledAttention(
        Heads heads,
        RelativeTable distances,
        @Default("\"both\"") Terms terms,
        Projections projections,
        @Default("\"added\"") ProjectionBias bias,
        @Default("0.0") double dropout)
        implements Attention {
    public static final DisentangledAttention EXAMPLE = new DisentangledAttention(
            Heads.of(2),
            RelativeTable.upTo(11).buckets(4).norm(LayerNorm.EXAMPLE),
            Terms.BOTH,
            Projections.SHARED,
            ProjectionBias.ADDED,
            0);
    public static final DisentangledAttention OWN = new DisentangledAttention(
            Heads.of(3).size(5), RelativeTable.upTo(5), Terms.BOTH, Projections.OWN, ProjectionBias.ALL_BUT_KEY, 0);
    public static final DisentangledAttention TO_POSITION = new DisentangledAttention(
            Heads.of(2), RelativeTable.upTo(5), Terms.CONTENT_TO_POSITION, Projections.OWN, ProjectionBias.NONE, 0);
    public static final DisentangledAttention TO_CONTENT = new DisentangledAttention(
            Heads.of(2), RelativeTable.upTo(5), Terms.POSITION_TO_CONTENT, Projections.SHARED, ProjectionBias.ADDED, 0);

    /// What is scored beside content against content.
    public enum Terms {
        CONTENT_TO_POSITION,
        POSITION_TO_CONTENT,
        BOTH
    }

    /// How distances become queries and keys.
    public enum Projections {
        /// By the projections of the content.
        SHARED,
        /// By their own.
        OWN
    }

    public DisentangledAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("disentangled attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE);
    }

    @Override
    public Attention typical(int count, long length) {
        return new DisentangledAttention(
                Heads.of(count), RelativeTable.upTo(512).buckets(256), terms, projections, bias, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final DisentangledAttention value;
        private final int width;
        private final int size;
        private final double scale;
        private final Linear query;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final Linear positionQuery;
        private final Linear positionKey;
        private final RelativeTable.Built table;
        private final Score.Built score;
        private final RelativePosition.Built position;

        Built(DisentangledAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.size = value.heads.sizeIn(width, parameters);
            this.scale = 1 / Math.sqrt((double) size * (value.terms == Terms.BOTH ? 3 : 2));
            int heads = value.heads.count();
            Linear.Size inner = Linear.Size.from(width).to((long) heads * size);
            this.query = new Linear(parameters.in("query"), inner, value.bias.query);
            this.key = new Linear(parameters.in("key"), inner, value.bias.key);
            this.values = new Linear(parameters.in("value"), inner, value.bias.value);
            this.output = new Linear(
                    parameters.in("output"),
                    Linear.Size.from((long) heads * size).to(width),
                    value.bias.output);
            boolean own = value.projections == Projections.OWN;
            Parameters positions = parameters.in("position");
            this.positionQuery = own && value.terms != Terms.CONTENT_TO_POSITION
                    ? new Linear(positions.in("query"), inner, value.bias.query)
                    : query;
            this.positionKey = own && value.terms != Terms.POSITION_TO_CONTENT
                    ? new Linear(positions.in("key"), inner, value.bias.key)
                    : key;
            this.table = value.distances.build(parameters, width);
            this.score = new FixedScaleDotProduct(scale).build(parameters, new Score.Sizes(heads, size));
            this.position = new NoPosition().build(positions, new HeadShape(heads, heads, size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor queries = split(query.forward(x)); // [B, H, T, D]
            Tensor keys = split(key.forward(x));
            Tensor y = AttentionKernel.attend(
                    queries,
                    keys,
                    split(values.forward(x)),
                    context.visible(new Bidirectional(), x.size(1), x.size(1)),
                    Optional.of(added(queries, keys, context)),
                    score,
                    position,
                    value.dropout,
                    context);
            return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, T, E]
        }

        /// What distances add to the scores, [B, H, T, S].
        private Tensor added(Tensor queries, Tensor keys, Context context) {
            Tensor vectors = table.vectors(context); // [1, R, E]
            Tensor rows = table.rows(queries.size(2), context)
                    .expand(queries.size(0), queries.size(1), queries.size(2), queries.size(2)); // [B, H, T, S]
            return switch (value.terms) {
                case CONTENT_TO_POSITION -> toPosition(queries, vectors, rows);
                case POSITION_TO_CONTENT -> toContent(keys, vectors, rows);
                case BOTH -> toPosition(queries, vectors, rows).add(toContent(keys, vectors, rows));
            };
        }

        private Tensor toPosition(Tensor queries, Tensor vectors, Tensor rows) {
            return product(queries, split(positionKey.forward(vectors))).gather(3, rows);
        }

        private Tensor toContent(Tensor keys, Tensor vectors, Tensor rows) {
            return product(keys, split(positionQuery.forward(vectors))) // [B, H, S, R]
                    .gather(3, rows.transpose(2, 3))
                    .transpose(2, 3);
        }

        /// Of every token with every distance, [B, H, T, R]; of halves in float32, as it may be large.
        private Tensor product(Tensor content, Tensor positions) {
            boolean half = content.dtype().bytes() == 2;
            Tensor wide = half ? content.to(DType.FLOAT32) : content;
            return wide.mul(scale).matmul((half ? positions.to(DType.FLOAT32) : positions).transpose(2, 3));
        }

        private Tensor split(Tensor x) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        @Override
        public Cost cost(Load load) {
            double pairs = load.rows() * value.heads.count() * load.length();
            double terms = value.terms == Terms.BOTH ? 2 : 1;
            double positions = load.rows() * value.heads.count() * table.rows();
            return Cost.flops(4 * query.flops(load.rows())
                            + terms * query.flops(table.rows())
                            + pairs * (4.0 * size + 5 + terms)
                            + terms * positions * 2.0 * size)
                    .plus(table.cost())
                    .saving(load.rows() * (width + 4.0 * value.heads.count() * size) + pairs + terms * positions);
        }
    }
}
