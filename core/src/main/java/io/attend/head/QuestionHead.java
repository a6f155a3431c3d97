package io.attend.head;

import io.attend.activation.Activation;
import io.attend.activation.Gelu;
import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.norm.LayerNorm;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// Where an answer begins and ends in a text behind its question: one more feed-forward, and nowhere in the
/// question.
///
///     h = norm(x + W₂ activation(W₁ dropout(x) + b₁) + b₂)
///     [start, end] = S h + s − 10⁶ · (in the question, and not first)
///
/// x [B, T, E] → logits [B, T, 2]. The question ends with the first `separator`; a text without one has none,
/// and so has an input that is no words. Answers, the loss and its outputs are those of a [SpanHead].
/// 2·E·hidden parameters more than that. Names: Hugging Face's `qa_classifier`.
///
/// @param hidden numbers inside the feed-forward
/// @param separator the token that ends a question
@Source(paper = "Big Bird: Transformers for Longer Sequences", arxiv = "2007.14062")
public record QuestionHead(
        int hidden,
        @Default("\"Gelu\"") Activation activation,
        LayerNorm norm,
        int separator,
        @Default("0.0") double dropout)
        implements Head {
    public static final QuestionHead EXAMPLE = new QuestionHead(53, new Gelu(), LayerNorm.EXAMPLE, 2, 0);

    private static final double OUT_OF_THE_QUESTION = 1e6;

    public QuestionHead {
        if (hidden < 1) {
            throw new IllegalArgumentException("hidden must be at least 1, not " + hidden);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public QuestionHead dropout(double rate) {
        return new QuestionHead(hidden, activation, norm, separator, rate);
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Gives gives() {
        return Gives.SPANS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Head.Built {
        private final QuestionHead value;
        private final Parameters parameters;
        private final int width;
        private final Linear inner;
        private final Linear outer;
        private final Layer norm;
        private final Linear span;

        Built(QuestionHead value, Parameters parameters, int width) {
            this.value = value;
            this.parameters = parameters;
            this.width = width;
            this.inner =
                    new Linear(parameters.in("inner"), Linear.Size.from(width).to(value.hidden), Bias.ADDED);
            this.outer = new Linear(
                    parameters.in("outer"), Linear.Size.from(value.hidden).to(width), Bias.ADDED);
            this.norm = value.norm.build(parameters.in("norm"), width);
            this.span =
                    new Linear(parameters.in("span"), Linear.Size.from(width).to(2), Bias.ADDED);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor made = outer.forward(
                    value.activation.apply(inner.forward(context.dropout(x, value.dropout)))); // [B, T, E]
            Tensor h = norm.forward(x.add(context.dropout(made, value.dropout)), context);
            Tensor logits = span.forward(h); // [B, T, 2]
            return context.words()
                    .map(words -> logits.sub(question(words).to(logits.dtype()).mul(OUT_OF_THE_QUESTION)))
                    .orElse(logits);
        }

        /// Where the question stands behind its first token, [B, T, 1].
        private Tensor question(Tensor words) {
            Tensor ends = words.eq(value.separator).to(DType.INT64); // [B, T]
            Tensor before = ends.cumsum(1).sub(ends).eq(0); // up to the first separator, itself too
            Tensor there = ends.sum(1, Tensor.Axis.KEPT).ne(0); // [B, 1]
            Tensor first =
                    Tensor.arange(0, words.size(1)).eq(0).to(words.device()).unsqueeze(0);
            return before.logicalAnd(there).logicalAnd(first.logicalNot()).unsqueeze(2);
        }

        @Override
        public Map<String, Tensor> outputs(Tensor x, Context context) {
            return SpanHead.outputs(forward(x, context));
        }

        @Override
        public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
            SpanHead.check(x, answers, parameters);
            return SpanHead.loss(forward(x, context), answers, smoothing);
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(inner.flops(load.rows()) + outer.flops(load.rows()) + span.flops(load.rows()))
                    .plus(norm.cost(load))
                    .saving(load.rows() * (2.0 * width + 2.0 * value.hidden + 2));
        }
    }
}
