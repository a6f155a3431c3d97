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
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.Norm;
import io.attend.norm.RmsNorm;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Multi-head latent attention: keys and values of all heads are made of one short vector, which is all that is
/// remembered beside a key for positions that all heads share.
///
///     c = norm(W_c x),  k^R = turn(W_r x)        [k_h ; v_h] = U_h c        q_h = W_h norm(W_q x), or W_h x
///     A_h = softmax((q_h^C · k_h + turn(q_h^R) · k^R) / √(D + R))          out = W_o [A_h v_h over all h]
///
/// x [B, T, E]; c [B, T, C], k^R [B, T, R], q_h = [q^C ; q^R] of D + R numbers, k_h and v_h of D → [B, T, E].
/// Remembers C + R numbers a token, however many heads there are. A pass over a whole text expands c, and costs
/// what attention with heads of D + R numbers costs; a step behind remembered tokens takes U to the query
/// instead, q_hᵀ U_h c, and reads the C + R numbers as one key for all heads, so that nothing remembered is
/// ever expanded, but where an adapter or quantised product stands in place of U. Names: our `latent` W_c,
/// `shared` W_r, `key` and `value` U, `narrow` W_q and `query` W_h are DeepSeek's kv_a_proj (both), kv_b_proj
/// (both), q_a_proj and q_b_proj.
///
/// @param heads H and D; no keys are shared
/// @param latent C
/// @param queryLatent size of W_q x; queries are made of x itself if absent
/// @param turned R
@Source(
        paper = "DeepSeek-V2: A Strong, Economical, and Efficient Mixture-of-Experts Language Model",
        arxiv = "2405.04434")
public record LatentAttention(
        Heads heads,
        int latent,
        OptionalInt queryLatent,
        int turned,
        @Default("\"Bidirectional\"") Mask mask,
        @Default("\"Rotary\"") RelativePosition position,
        @Default("\"RmsNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Attention {
    public static final LatentAttention EXAMPLE = new LatentAttention(
            Heads.of(2).size(3),
            7,
            OptionalInt.empty(),
            4,
            new Bidirectional(),
            new NoPosition(),
            new RmsNorm(1e-6),
            0);
    public static final LatentAttention CAUSAL = new LatentAttention(
            Heads.of(3).size(5), 2, OptionalInt.of(4), 1, new Causal(), new NoPosition(), new RmsNorm(1e-6), 0);
    public static final LatentAttention TURNED = new LatentAttention(
            Heads.of(2), 3, OptionalInt.empty(), 2, new Causal(), Rotary.EXAMPLE, new RmsNorm(1e-6), 0);

    public LatentAttention {
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("latent attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (latent < 1 || turned < 1 || queryLatent.orElse(1) < 1) {
            throw new IllegalArgumentException("latent, queryLatent and turned must be at least 1, not " + latent + ", "
                    + queryLatent.orElse(1) + " and " + turned);
        }
        boolean turns = position instanceof Rotary rotary && rotary.turned() == Rotary.Turned.QUERIES_AND_KEYS;
        if (!turns && !(position instanceof NoPosition)) {
            throw new IllegalArgumentException("latent attention turns a part of queries and keys by where they stand,"
                    + " and a " + position.getClass().getSimpleName() + " does more; take Rotary or NoPosition");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX;
    }

    @Override
    public Attention typical(int count, long length) {
        return new LatentAttention(Heads.of(count), 64, queryLatent, 16, mask, position, norm, dropout);
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final LatentAttention value;
        private final int width;
        private final int count;
        private final int size;
        private final Optional<Linear> narrow;
        private final Optional<Layer> narrowNorm;
        private final Linear query;
        private final Linear latent;
        private final Layer latentNorm;
        private final Linear shared;
        private final Linear key;
        private final Linear values;
        private final Linear output;
        private final RelativePosition.Built position;
        private final RelativePosition.Built none;
        private final Score.Built score;

        Built(LatentAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.count = value.heads.count();
            this.size = value.heads.sizeIn(width, parameters);
            long inner = (long) count * size;
            this.narrow = value.queryLatent.stream()
                    .mapToObj(numbers -> new Linear(
                            parameters.in("narrow"), Linear.Size.from(width).to(numbers), Bias.NONE))
                    .findFirst();
            this.narrowNorm = value.queryLatent.stream()
                    .mapToObj(
                            numbers -> value.norm.build(parameters.in("narrow").in("norm"), numbers))
                    .findFirst();
            this.query = new Linear(
                    parameters.in("query"),
                    Linear.Size.from(value.queryLatent.orElse(width)).to((long) count * (size + value.turned)),
                    Bias.NONE);
            this.latent =
                    new Linear(parameters.in("latent"), Linear.Size.from(width).to(value.latent), Bias.NONE);
            this.latentNorm = value.norm.build(parameters.in("latent").in("norm"), value.latent);
            this.shared =
                    new Linear(parameters.in("shared"), Linear.Size.from(width).to(value.turned), Bias.NONE);
            this.key = new Linear(
                    parameters.in("key"), Linear.Size.from(value.latent).to(inner), Bias.NONE);
            this.values = new Linear(
                    parameters.in("value"), Linear.Size.from(value.latent).to(inner), Bias.NONE);
            this.output =
                    new Linear(parameters.in("output"), Linear.Size.from(inner).to(width), Bias.NONE);
            this.position = value.position.build(
                    parameters.in("position"), new RelativePosition.HeadShape(count, 1, value.turned));
            this.none = new NoPosition()
                    .build(parameters, new RelativePosition.HeadShape(count, count, size + value.turned));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(count, size + value.turned));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor from = narrow.isPresent()
                    ? narrowNorm.orElseThrow().forward(narrow.get().forward(x), context)
                    : x;
            Tensor q = split(query.forward(from), size + (long) value.turned); // [B, H, T, D + R]
            Tensor content = q.narrow(3, 0, size);
            Tensor placed = position.queries(q.narrow(3, size, value.turned), context);
            Tensor c = latentNorm.forward(latent.forward(x), context); // [B, T, C]
            Tensor place = position.keys(shared.forward(x).unsqueeze(1), context); // [B, 1, T, R]
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            boolean behind = state.isPresent() && state.get().length() > 0;
            if (state.isPresent()) {
                Tensor both = Tensor.cat(3, c.unsqueeze(1), place);
                state.get().append(both.narrow(3, 0, 0), both); // no keys
                Tensor all = state.get().values(); // [B, 1, S, C + R]
                if (behind && key.isPlain() && values.isPlain()) {
                    return output.forward(merged(absorbed(content, placed, all, context)));
                }
                c = all.narrow(3, 0, value.latent).select(1, 0); // [B, S, C]
                place = all.narrow(3, value.latent, value.turned);
            }
            return output.forward(merged(expanded(content, placed, c, place, context)));
        }

        /// By keys and values made of every c: [B, H, T, D].
        private Tensor expanded(Tensor content, Tensor placed, Tensor c, Tensor place, Context context) {
            long keys = c.size(1);
            Tensor k = Tensor.cat(
                    3,
                    split(key.forward(c), size),
                    place.expand(c.size(0), count, keys, value.turned)); // [B, H, S, D + R]
            Tensor v = split(values.forward(c), size); // [B, H, S, D]
            Tensor wide = Tensor.cat( // as wide as keys, which the fused kernel wants
                    3,
                    v,
                    Tensor.zeros(Shape.of(v.size(0), count, keys, value.turned), v.dtype())
                            .to(v.device()));
            return attend(Tensor.cat(3, content, placed), k, wide, context).narrow(3, 0, size);
        }

        /// By what is remembered as it is, the one key and value of all heads: [B, H, T, D].
        private Tensor absorbed(Tensor content, Tensor placed, Tensor all, Context context) {
            Tensor up = key.weight().tensor().reshape(count, size, value.latent); // [H, D, C]
            Tensor down = values.weight().tensor().reshape(count, size, value.latent);
            Tensor asked = Tensor.cat(3, content.matmul(up), placed); // [B, H, T, C + R]
            Tensor found = attend(asked, all, all, context).narrow(3, 0, value.latent); // [B, H, T, C]
            return found.matmul(down.transpose(1, 2));
        }

        private Tensor attend(Tensor q, Tensor k, Tensor v, Context context) {
            return AttentionKernel.attend(
                    q,
                    k,
                    v,
                    context.visible(value.mask, q.size(2), k.size(2)),
                    Optional.empty(),
                    score,
                    none,
                    value.dropout,
                    context);
        }

        private static Tensor split(Tensor x, long size) {
            return x.reshape(x.size(0), x.size(1), -1, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
        }

        private static Tensor merged(Tensor x) {
            return x.transpose(1, 2).flatten(2, 3); // [B, H, T, D] → [B, T, H D]
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double remembered = (double) value.latent + value.turned;
            double pairs = rows * count * load.keys();
            double whole = size + (double) value.turned;
            boolean behind = load.cached() > 0;
            Cost narrowed = narrowNorm.map(norm -> norm.cost(load)).orElse(Cost.NONE);
            double kept = value.dropout > 0 && pairs <= AttentionKernel.MOST_SCORES ? 3 * pairs : 0;
            return Cost.flops(narrow.map(product -> product.flops(rows)).orElse(0.0)
                            + query.flops(rows)
                            + latent.flops(rows)
                            + shared.flops(rows)
                            + key.flops(rows)
                            + values.flops(rows)
                            + output.flops(rows)
                            + pairs * (4 * (behind ? remembered : whole) + 5))
                    .plus(narrowed)
                    .plus(latentNorm.cost(load))
                    .saving(rows * (width + value.queryLatent.orElse(0) + 2.0 * value.latent + value.turned)
                            + rows * count * (5 * whole + 1)
                            + kept)
                    .remembering(remembered * load.batch() * load.keys());
        }
    }
}
