package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// Where an answer begins and ends in a text.
///
///     [start, end] = S dropout(x) + s
///
/// x [B, T, E] → logits [B, T, 2]. Answers are int64 [B, 2], the first and last position of each answer; one
/// outside the text asks nothing. The loss is the mean of the cross-entropies of both. Names: its outputs are
/// Hugging Face's `start_logits` and `end_logits` [B, T], our `span` its `qa_outputs`.
@Source(paper = "SQuAD: 100,000+ Questions for Machine Comprehension of Text", arxiv = "1606.05250")
public record SpanHead(@Default("0.0") double dropout) implements Head {
    public static final SpanHead EXAMPLE = new SpanHead(0);

    public SpanHead {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public SpanHead dropout(double rate) {
        return new SpanHead(rate);
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
        Linear span = new Linear(parameters.in("span"), Linear.Size.from(width).to(2), Bias.ADDED);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return span.forward(context.dropout(x, dropout)); // [B, T, 2]
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return SpanHead.outputs(forward(x, context));
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                check(x, answers, parameters);
                return SpanHead.loss(forward(x, context), answers, smoothing);
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(span.flops(load.rows())).saving(load.rows() * ((dropout > 0 ? 3 : 1) * width + 2));
            }
        };
    }

    static Map<String, Tensor> outputs(Tensor logits) {
        return Map.of("start_logits", logits.select(2, 0), "end_logits", logits.select(2, 1));
    }

    static void check(Tensor x, Tensor answers, Parameters parameters) {
        if (!answers.shape().equals(Shape.of(x.size(0), 2))) {
            throw new IllegalArgumentException(parameters.path() + ": answers must be [" + x.size(0)
                    + ", 2], the first and last position of each, not " + answers.shape());
        }
    }

    /// The mean of both cross-entropies of logits [B, T, 2].
    static Tensor loss(Tensor logits, Tensor answers, double smoothing) {
        Tensor inside = answers.ge(0).logicalAnd(answers.lt(logits.size(1)));
        Tensor asked = answers.maskedFill(inside.logicalNot(), IGNORED); // [B, 2]
        return logits.select(2, 0)
                .crossEntropy(asked.select(1, 0), IGNORED, smoothing)
                .add(logits.select(2, 1).crossEntropy(asked.select(1, 1), IGNORED, smoothing))
                .div(2);
    }
}
