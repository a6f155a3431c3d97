package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.position.RelativePosition;
import io.attend.position.RelativePosition.HeadShape;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.position.TransformerXlPosition;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.state.SegmentState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// Causal attention with segment-level recurrence: a text goes through in segments, and each sees the vectors
/// that entered this very layer for the last so many positions before it.
///
///     X̃ = [stop-gradient(memory) ; X]        Q = X W_q, K = X̃ W_k, V = X̃ W_v
///     Y = softmax((Q Kᵀ) / √D + relative) V Wₒ          memory ← the last M of X̃
///
/// x [B, T, E], memory [B, M, E] → Y [B, T, E]; what is relative is a [TransformerXlPosition]. Without anything
/// that remembers, a text is one segment. Time O(T·(M + T)·H·D); remembers M·(E + 2·H·D) numbers whatever the
/// length of the text, the memory itself and, outside training, its keys and values. Through L layers a
/// position hears of L·M before it. With a `window` each query sees as many keys, itself included, however the
/// text is cut. Names: our `memory` is `mem_len`, a `window` of that size `same_length`.
///
/// @param memory M
/// @param window how many keys a query sees at most; all of segment and memory if absent
/// @param start what stands before a text
@Source(paper = "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context", arxiv = "1901.02860")
public record TransformerXlAttention(
        Heads heads,
        int memory,
        OptionalInt window,
        TransformerXlPosition position,
        @Default("\"none\"") ProjectionBias bias,
        @Default("\"nothing\"") Start start,
        @Default("0.0") double dropout)
        implements Attention {
    public static final TransformerXlAttention EXAMPLE = of(Heads.of(2), 61);
    public static final TransformerXlAttention WINDOWED =
            of(Heads.of(2).size(4), 5).window(5).start(Start.ZEROS);

    /// What the first segment finds in the place of memory.
    public enum Start {
        /// Nothing.
        NOTHING,
        /// M vectors of zeros, which queries see as if they were the text's, as in Hugging Face's.
        ZEROS
    }

    public TransformerXlAttention {
        if (memory < 1) {
            throw new IllegalArgumentException(
                    "memory must be of at least 1 position, not " + memory + "; without one use a SoftmaxAttention");
        }
        if (window.isPresent() && window.getAsInt() < 1) {
            throw new IllegalArgumentException("window must hold at least 1 key, not " + window.getAsInt());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// As the paper has it.
    public static TransformerXlAttention of(Heads heads, int memory) {
        return new TransformerXlAttention(
                heads,
                memory,
                OptionalInt.empty(),
                new TransformerXlPosition(Order.HALVES),
                ProjectionBias.NONE,
                Start.NOTHING,
                0);
    }

    public TransformerXlAttention window(int keys) {
        return new TransformerXlAttention(heads, memory, OptionalInt.of(keys), position, bias, start, dropout);
    }

    public TransformerXlAttention position(TransformerXlPosition how) {
        return new TransformerXlAttention(heads, memory, window, how, bias, start, dropout);
    }

    public TransformerXlAttention start(Start what) {
        return new TransformerXlAttention(heads, memory, window, position, bias, what, dropout);
    }

    public TransformerXlAttention dropout(double rate) {
        return new TransformerXlAttention(heads, memory, window, position, bias, start, rate);
    }

    /// Which keys of segment and memory a query sees.
    Mask mask() {
        return window.isPresent() ? new SlidingWindow(window.getAsInt()) : new Causal();
    }

    @Override
    public boolean causal() {
        return true;
    }

    @Override
    public Growth growth() {
        return Growth.SOFTMAX.memory(Rate.SQUARE).remembering(Rate.CONSTANT);
    }

    @Override
    public Attention typical(int count, long length) {
        return new TransformerXlAttention(Heads.of(count), 512, OptionalInt.empty(), position, bias, start, dropout);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final TransformerXlAttention value;
        private final int width;
        private final Projections projections;
        private final RelativePosition.Built position;
        private final Score.Built score;

        Built(TransformerXlAttention value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.projections = new Projections(parameters, value.heads, value.bias, width);
            int size = projections.size;
            this.position = value.position.build(
                    parameters.in("position"), new HeadShape(value.heads.count(), value.heads.keyValueCount(), size));
            this.score =
                    new ScaledDotProduct().build(parameters.in("score"), new Score.Sizes(value.heads.count(), size));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return attend(vectors -> vectors, x, context);
        }

        @Override
        public Tensor behind(Layer norm, Tensor x, Context context) {
            return attend(vectors -> norm.forward(vectors, context), x, context);
        }

        private Tensor attend(UnaryOperator<Tensor> norm, Tensor x, Context context) {
            Optional<SegmentState> state = context.state(SegmentState.class, SegmentState::new);
            List<Tensor> before =
                    state.map(kept -> kept.before(context.cached())).orElse(List.of());
            Tensor memory = before.isEmpty() ? context.drawn("memory", () -> start(x)) : before.getFirst(); // [B, M, E]
            long length = x.size(1);
            Context here = context.after(memory.size(1), length);
            Tensor normed = norm.apply(x);
            Tensor queries = projections.queries(normed); // [B, H, T, D]
            Tensor keys = projections.keys(normed); // [B, K, T, D]
            Tensor values = projections.values(normed);
            if (memory.size(1) > 0) {
                boolean known = before.size() > 1;
                Tensor read = known ? memory : norm.apply(memory);
                keys = Tensor.cat(2, known ? before.get(1) : projections.keys(read), keys); // [B, K, M + T, D]
                values = Tensor.cat(2, known ? before.get(2) : projections.values(read), values);
            }
            remember(memory, x, keys, values, state, context);
            Tensor y = AttentionKernel.attend(
                    score.queries(queries),
                    score.keys(keys),
                    values,
                    here.visible(value.mask(), length, keys.size(2)),
                    position.bias(queries, keys, here),
                    score,
                    position,
                    value.dropout,
                    here);
            return projections.output(y); // [B, T, E]
        }

        private Tensor start(Tensor x) {
            long positions = value.start == Start.ZEROS ? value.memory : 0;
            return Tensor.zeros(Shape.of(x.size(0), positions, width), x.dtype())
                    .to(x.device());
        }

        private void remember(
                Tensor memory, Tensor x, Tensor keys, Tensor values, Optional<SegmentState> state, Context context) {
            if (state.isEmpty() && !context.isObserved()) {
                return;
            }
            long all = keys.size(2);
            long kept = Math.min(value.memory, all);
            Tensor last = Tensor.cat(1, memory, x.detach()).narrow(1, all - kept, kept);
            context.show("memory", last);
            boolean lasting = !keys.requiresGrad() && !values.requiresGrad();
            state.ifPresent(held -> held.take(
                    lasting
                            ? List.of(last, keys.narrow(2, all - kept, kept), values.narrow(2, all - kept, kept))
                            : List.of(last),
                    context.cached() + x.size(1),
                    kept));
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double heads = value.heads.count();
            long before = value.start == Start.ZEROS ? value.memory : Math.min(value.memory, load.cached());
            long kept = Math.min(value.memory, before + load.length());
            double keys = before + load.length();
            double numbers = 2.0 * value.heads.keyValueCount() * projections.size;
            double pairs = rows * heads * keys;
            return Cost.flops(projections.flops(rows) + pairs * (4.0 * projections.size + 5))
                    .saving(projections.saved(rows, value.heads) + rows * heads * (projections.size + 1.0))
                    .plus(position.cost(load.cached(before)))
                    .remembering(load.batch() * kept * (width + numbers));
        }
    }
}
