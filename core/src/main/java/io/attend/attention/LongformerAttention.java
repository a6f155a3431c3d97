package io.attend.attention;

import io.attend.attention.GlobalAttention.Chosen;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.Band;
import io.attend.mask.Dilated;
import io.attend.mask.Mask;
import io.attend.mask.Mask.Reach;
import io.attend.mask.SlidingWindow;
import io.attend.mask.SlidingWindow.Sides;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.KeyValueState;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Longformer's attention: every token sees a window around it, and a few global tokens, chosen for the task,
/// see all and are seen by all.
///
///     token t:   softmax_s(q_t·k_s / √D) v_s       over s in the window of t and s global
///     global g:  softmax_s(q'_g·k'_s / √D) v'_s    over all s, by projections q', k', v' of its own
///
/// x [B, T, E] → Y [B, T, E]. The window of size w is |t − s| < w, dilated in each head by its own rate. Time
/// O(T·(w + G)·H·D) for G global tokens, memory linear in T, by the fused kernel over blocks of w queries. A
/// window that ends at the query is the paper's autoregressive form: it has no global tokens, and remembers
/// 2·H·D numbers a token. Names: Hugging Face's `attention_window` is 2(w − 1).
///
/// @param heads H and D; keys are not shared
/// @param window w, on both sides or behind
/// @param dilations the rate of each head, or one for all; 1 if empty
/// @param global tokens that see all, where the input does not name them
/// @param dropout of the weights
@Source(paper = "Longformer: The Long-Document Transformer", arxiv = "2004.05150")
public record LongformerAttention(
        Heads heads,
        SlidingWindow window,
        @Default("[]") List<Integer> dilations,
        @Default("{}") GlobalTokens global,
        @Default("0.0") double dropout)
        implements Attention {
    public static final LongformerAttention EXAMPLE =
            new LongformerAttention(Heads.of(2), SlidingWindow.BOTH, List.of(), GlobalTokens.FIRST, 0);
    public static final LongformerAttention DILATED = new LongformerAttention(
            Heads.of(2), new SlidingWindow(2, Sides.BOTH), List.of(1, 3), GlobalTokens.FIRST, 0);
    public static final LongformerAttention CAUSAL =
            new LongformerAttention(Heads.of(2), new SlidingWindow(2), List.of(1, 2), GlobalTokens.GIVEN, 0);

    public LongformerAttention {
        dilations = List.copyOf(dilations);
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("Longformer's attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (dilations.size() > 1 && dilations.size() != heads.count()) {
            throw new IllegalArgumentException(
                    dilations.size() + " dilations for " + heads.count() + " heads; give one a head, or one for all");
        }
        dilations.forEach(rate -> new Dilated(window, rate)); // refuses what is no rate
        if (window.causal() && !global.equals(GlobalTokens.GIVEN)) {
            throw new IllegalArgumentException("a window that ends at the query has no global tokens, which would show"
                    + " it what comes; leave global out, or give the window both sides");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// A window on both sides without dilation or dropout, global as the input says.
    public static LongformerAttention of(Heads heads, SlidingWindow window) {
        return new LongformerAttention(heads, window, List.of(), GlobalTokens.GIVEN, 0);
    }

    /// What a head sees of its window.
    Mask window(int head) {
        int rate = dilations.isEmpty() ? 1 : dilations.get(dilations.size() == 1 ? 0 : head);
        return rate == 1 ? window : new Dilated(window, rate);
    }

    @Override
    public boolean causal() {
        return window.causal();
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final LongformerAttention value;
        private final Projections projections;
        private final Optional<GlobalAttention> global;
        private final Score.Built score;
        private final RelativePosition.Built position;

        Built(LongformerAttention value, Parameters parameters, int width) {
            int heads = value.heads.count();
            this.value = value;
            this.projections = new Projections(parameters, value.heads, ProjectionBias.ADDED, width);
            this.global = value.causal()
                    ? Optional.empty()
                    : Optional.of(new GlobalAttention(parameters.in("global"), heads, projections.size, width));
            this.score = new ScaledDotProduct().build(parameters, new Score.Sizes(heads, projections.size));
            this.position = new NoPosition().build(parameters, new HeadShape(heads, heads, projections.size));
        }

        /// Queries, keys and values [B, H, T, D], and which keys may be seen at all [B, S].
        private record Projected(Tensor queries, Tensor keys, Tensor values, Optional<Tensor> seen) {}

        @Override
        public Tensor forward(Tensor x, Context context) {
            if (value.causal() && context.global().isPresent()) {
                throw new IllegalArgumentException(context.place()
                        + ": a window that ends at the query has no global tokens; give Tokens none");
            }
            Optional<Chosen> chosen = value.global
                    .of(x, context)
                    .flatMap(tokens -> Chosen.of(tokens, value.global, context));
            Tensor keys = projections.keys(x); // [B, H, T, D]
            Tensor vectors = projections.values(x);
            Optional<KeyValueState> state = context.state(KeyValueState.class, KeyValueState::new);
            if (state.isPresent()) {
                state.get().append(keys, vectors);
                keys = state.get().keys(); // [B, H, S, D]
                vectors = state.get().values();
            }
            Projected all = new Projected(projections.queries(x), keys, vectors, context.keep());
            return projections.output(
                    context.wantsAttention()
                            ? observed(x, all, chosen, context)
                            : together(x, near(all, chosen, context), chosen, context)); // [B, T, E]
        }

        /// What tokens gather from their windows and from global tokens, [B, H, T, D].
        private Tensor near(Projected all, Optional<Chosen> chosen, Context context) {
            long queries = all.queries.size(2);
            long keys = all.keys.size(2);
            List<Mask> masks = IntStream.range(0, value.heads.count())
                    .mapToObj(value::window)
                    .toList();
            List<Mask> different = masks.stream().distinct().toList();
            if (different.stream()
                    .anyMatch(mask -> WindowKernel.band(mask, position, queries, keys, context).isEmpty())) {
                return AttentionKernel.attend(
                        all.queries,
                        all.keys,
                        all.values,
                        new Context.Visible(Reach.SOME, Optional.of(allowed(queries, keys, chosen, context))),
                        Optional.empty(),
                        score,
                        position,
                        value.dropout,
                        context);
            }
            Optional<Tensor> seen = chosen.map(some -> some.tokens().logicalNot())
                    .map(local -> all.seen.map(local::logicalAnd).orElse(local))
                    .or(() -> all.seen);
            if (different.size() == 1) {
                return near(different.getFirst(), all, seen, chosen, context);
            }
            Tensor[] parts = new Tensor[different.size()];
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < parts.length; i++) {
                Mask mask = different.get(i);
                int[] own = IntStream.range(0, masks.size())
                        .filter(head -> masks.get(head).equals(mask))
                        .toArray();
                Tensor rows = Tensor.of(Arrays.stream(own).asLongStream().toArray(), own.length)
                        .to(all.queries.device());
                Projected some = new Projected(
                        all.queries.indexSelect(1, rows),
                        all.keys.indexSelect(1, rows),
                        all.values.indexSelect(1, rows),
                        all.seen);
                parts[i] = near(mask, some, seen, chosen, context);
                Arrays.stream(own).forEach(order::add);
            }
            long[] back = new long[order.size()];
            for (int i = 0; i < back.length; i++) {
                back[order.get(i)] = i;
            }
            return Tensor.cat(1, parts)
                    .indexSelect(1, Tensor.of(back, back.length).to(all.queries.device()));
        }

        private Tensor near(Mask mask, Projected some, Optional<Tensor> seen, Optional<Chosen> chosen, Context context) {
            return WindowKernel.attend(
                    mask,
                    WindowKernel.band(mask, position, some.queries.size(2), some.keys.size(2), context)
                            .orElseThrow(),
                    some.queries,
                    some.keys,
                    some.values,
                    seen,
                    value.global,
                    chosen.map(all -> new WindowKernel.Shared(
                            all.of(some.keys),
                            all.of(some.values),
                            all.real().unsqueeze(1).unsqueeze(1),
                            Optional.empty())),
                    new WindowKernel.Making(score, position, value.dropout),
                    context);
        }

        /// y [B, H, T, D] with what global tokens gather in their places.
        private Tensor together(Tensor x, Tensor y, Optional<Chosen> chosen, Context context) {
            return chosen.map(some -> {
                        GlobalAttention all = global.orElseThrow();
                        Tensor weights = context.dropout(all.weights(x, some, score, context), value.dropout);
                        return some.into(y, all.gathered(x, weights));
                    })
                    .orElse(y);
        }

        /// The same by all pairs, so that their weights can be shown.
        private Tensor observed(Tensor x, Projected all, Optional<Chosen> chosen, Context context) {
            Tensor weights = AttentionKernel.weights(
                    AttentionKernel.wide(all.queries),
                    AttentionKernel.wide(all.keys),
                    Optional.of(allowed(all.queries.size(2), all.keys.size(2), chosen, context)),
                    Optional.empty(),
                    score); // [B, H, T, S]
            chosen.ifPresent(some -> context.show("global", some.tokens()));
            context.show(
                    "attention",
                    chosen.map(some -> some.into(
                                    weights, global.orElseThrow().weights(x, some, score, context)))
                            .orElse(weights)
                            .to(x.dtype()));
            Tensor y = AttentionKernel.gathered(
                    context.dropout(weights, value.dropout).to(x.dtype()), all.values);
            return together(x, y, chosen, context);
        }

        /// Whom each token sees, [(B), H, T, S].
        private Tensor allowed(long queries, long keys, Optional<Chosen> chosen, Context context) {
            Tensor from = Tensor.arange(keys - queries, keys).unsqueeze(1);
            Tensor to = Tensor.arange(0, keys).unsqueeze(0);
            Tensor near = Tensor.stack(
                            0,
                            IntStream.range(0, value.heads.count())
                                    .mapToObj(head -> value.window(head).allowed(from, to))
                                    .toArray(Tensor[]::new))
                    .unsqueeze(0); // [1, H, T, S]
            Tensor both = chosen.map(some -> near.logicalOr(some.tokens().unsqueeze(1).unsqueeze(1)))
                    .orElse(near);
            return context.keep()
                    .map(keep -> both.logicalAnd(keep.unsqueeze(1).unsqueeze(1)))
                    .orElse(both);
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double all = value.global.choice() == GlobalTokens.Choice.GIVEN ? 0 : load.batch(); // one a text at least
            double heads = value.heads.count();
            double numbers = heads * projections.size;
            double pairs = 0;
            double copied = 0;
            for (int head = 0; head < heads; head++) {
                Band band = value.window(head).band().orElseThrow();
                double keys = Math.min(band.keys(load.length()), load.keys()) + all / load.batch();
                pairs += rows * keys;
                copied += 2 * rows * projections.size * (1 + keys / band.queries(load.length()));
            }
            return Cost.flops(projections.flops(rows)
                            + (pairs + all * heads * load.keys()) * (4.0 * projections.size + 5)
                            + (all > 0 ? global.orElseThrow().flops(rows, all) : 0))
                    .saving(projections.saved(rows, value.heads) + copied + (all > 0 ? 2 * rows * numbers : 0))
                    .remembering(value.causal() ? 2 * numbers * load.batch() * load.keys() : 0);
        }
    }
}
