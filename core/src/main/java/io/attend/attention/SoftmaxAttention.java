package io.attend.attention;

import io.attend.attention.QueryKeyNorm.Across;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.LayerNorm;
import io.attend.norm.RmsNorm;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.score.Additive;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.score.SoftCap;
import io.attend.score.TalkingHeads;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.OptionalDouble;
import java.util.stream.LongStream;

/// Softmax attention with several heads, each looking for something else; query heads may share keys and
/// values.
///
///     A = softmax(score(Q, K) + bias)   over keys the mask allows
///     Y = A V                           concatenated over heads, times Wₒ
///
/// x [B, T, E]; Q [B, H, T, D], K and V [B, K, S, D] → Y [B, T, E]. K = H is multi-head, 1 < K < H
/// grouped-query, K = 1 multi-query attention. Time O(T·S·H·D) and O(T·E·(H + K)·D) for the projections; memory
/// linear in T, by the fused kernel where the score is a product, else in blocks; remembers 2·K·D numbers a
/// token. Attention to a memory projects it once and remembers it for the whole generation. Names: our head
/// size D is the paper's d_k, Hugging Face's `head_dim`; our width E is d_model.
///
/// @param heads H, K and D
/// @param mask which keys a query sees
/// @param position what acts between queries and keys by where they stand
/// @param score how well a query matches a key
/// @param bias which projections add a vector
/// @param groups in how many independent parts projections are computed
/// @param norm of queries and keys, before their positions
/// @param clip the largest number that projections give, in either direction, if there is one; MPT's `clip_qkv`
/// @param dropout of the weights A
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record SoftmaxAttention(
        Heads heads,
        @Default("\"Bidirectional\"") Mask mask,
        @Default("\"NoPosition\"") RelativePosition position,
        @Default("\"ScaledDotProduct\"") Score score,
        @Default("\"added\"") ProjectionBias bias,
        @Default("{}") ProjectionGroups groups,
        @Default("{}") QueryKeyNorm norm,
        OptionalDouble clip,
        @Default("0.0") double dropout)
        implements MemoryAttention {
    public static final SoftmaxAttention EXAMPLE = of(Heads.of(2));
    public static final SoftmaxAttention CAUSAL = EXAMPLE.masked(new Causal());
    public static final SoftmaxAttention SHARED =
            of(Heads.of(6).sharing(3).size(5)).bias(ProjectionBias.NONE);
    public static final SoftmaxAttention GROUPED = SHARED.masked(new Causal());
    public static final SoftmaxAttention NORMED = GROUPED.norm(new QueryKeyNorm(new RmsNorm(1e-6), Across.SHARED));
    public static final SoftmaxAttention NORMED_SEPARATELY =
            GROUPED.norm(new QueryKeyNorm(LayerNorm.WITHOUT_BIAS, Across.SEPARATE));
    public static final SoftmaxAttention NORMED_JOINTLY =
            SHARED.norm(new QueryKeyNorm(LayerNorm.EXAMPLE, Across.JOINT)).score(SoftCap.EXAMPLE);
    public static final SoftmaxAttention CONVOLVED =
            EXAMPLE.groups(ProjectionGroups.inputs(5).output(2));
    public static final SoftmaxAttention CLIPPED = GROUPED.clip(0.5);
    public static final SoftmaxAttention ADDITIVE = SHARED.score(Additive.WIDER);
    public static final SoftmaxAttention TALKING = GROUPED.score(TalkingHeads.EXAMPLE);

    public SoftmaxAttention {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
        if (clip.isPresent() && !(clip.getAsDouble() > 0 && clip.getAsDouble() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("clip must be above 0, not " + clip.getAsDouble());
        }
    }

    /// Bidirectional attention without positions or dropout.
    public static SoftmaxAttention of(Heads heads) {
        return new SoftmaxAttention(
                heads,
                new Bidirectional(),
                new NoPosition(),
                new ScaledDotProduct(),
                ProjectionBias.ADDED,
                ProjectionGroups.NONE,
                QueryKeyNorm.NONE,
                OptionalDouble.empty(),
                0);
    }

    public SoftmaxAttention heads(Heads other) {
        return new SoftmaxAttention(other, mask, position, score, bias, groups, norm, clip, dropout);
    }

    public SoftmaxAttention masked(Mask by) {
        return new SoftmaxAttention(heads, by, position, score, bias, groups, norm, clip, dropout);
    }

    public SoftmaxAttention position(RelativePosition how) {
        return new SoftmaxAttention(heads, mask, how, score, bias, groups, norm, clip, dropout);
    }

    public SoftmaxAttention score(Score how) {
        return new SoftmaxAttention(heads, mask, position, how, bias, groups, norm, clip, dropout);
    }

    public SoftmaxAttention bias(ProjectionBias presence) {
        return new SoftmaxAttention(heads, mask, position, score, presence, groups, norm, clip, dropout);
    }

    public SoftmaxAttention groups(ProjectionGroups counts) {
        return new SoftmaxAttention(heads, mask, position, score, bias, counts, norm, clip, dropout);
    }

    public SoftmaxAttention norm(QueryKeyNorm how) {
        return new SoftmaxAttention(heads, mask, position, score, bias, groups, how, clip, dropout);
    }

    public SoftmaxAttention clip(double most) {
        return new SoftmaxAttention(heads, mask, position, score, bias, groups, norm, OptionalDouble.of(most), dropout);
    }

    public SoftmaxAttention dropout(double rate) {
        return new SoftmaxAttention(heads, mask, position, score, bias, groups, norm, clip, rate);
    }

    @Override
    public boolean causal() {
        return mask.causal();
    }

    @Override
    public long hears(long length) {
        long last = length - 1;
        return length
                - LongStream.range(0, last)
                        .filter(key -> mask.allows(last, key))
                        .findFirst()
                        .orElse(last);
    }

    @Override
    public Attention typical(int count, long length) {
        return heads(heads.keyValue().isPresent() ? Heads.of(count).sharing(1) : Heads.of(count));
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new SoftmaxLayer.Self(this, parameters, site.width());
    }

    @Override
    public Layer cross(Parameters parameters, Site site) {
        if (!(mask instanceof Bidirectional) || !(position instanceof NoPosition)) {
            throw parameters.refuse(
                    "a memory has no order that a " + mask.getClass().getSimpleName() + " mask or a "
                            + position.getClass().getSimpleName()
                            + " could act on; cross-attention takes Bidirectional and NoPosition");
        }
        return new SoftmaxLayer.Cross(
                this,
                parameters,
                site.width(),
                site.memory()
                        .orElseThrow(
                                () -> parameters.refuse("cross-attention needs a memory, which only the decoder of an"
                                        + " EncoderDecoder has; remove it or change the topology")));
    }
}
