package io.attend.head;

import io.attend.activation.Activation;
import io.attend.activation.Relu;
import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A judgement of a whole text: its kind, several tags, or a number.
///
///     logits = C dropout(activation(D pool(x) + d)) + c        without an activation C dropout(pool(x)) + c
///
/// x [B, T, E] → logits [B, labels]. The loss is the problem's: cross-entropy, binary cross-entropy, squared
/// error.
///
/// Names: the product before the classes is BERT's and DeBERTa's `pooler.dense`, RoBERTa's and BART's
/// `dense`, DistilBERT's `pre_classifier`; our `classifier` is their `classifier` or `out_proj`, GPT-2's
/// `score`; our `problem` is `problem_type`.
///
/// @param dense the activation of a product of the width behind the pooling; absent where there is none
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record SequenceHead(
        int labels,
        @Default("\"FirstPooling\"") Pooling pooling,
        Optional<Activation> dense,
        @Default("0.0") double dropout,
        @Default("\"added\"") Bias bias,
        @Default("\"single-label\"") Problem problem)
        implements Head {
    public static final SequenceHead EXAMPLE = of(3).dense(new Relu());
    public static final SequenceHead GPT =
            new SequenceHead(3, new LastPooling(), Optional.empty(), 0, Bias.NONE, Problem.SINGLE_LABEL);
    public static final SequenceHead TAGS = of(3).problem(Problem.MULTI_LABEL);
    public static final SequenceHead NUMBER = of(1).problem(Problem.REGRESSION);
    public static final SequenceHead CHOICE = of(1).dense(new Relu()).problem(Problem.CHOICE);

    public SequenceHead {
        if (labels < 1) {
            throw new IllegalArgumentException("labels must be at least 1, not " + labels);
        }
        if (problem == Problem.CHOICE && labels != 1) {
            throw new IllegalArgumentException(
                    "a choice among texts needs one score of each, not " + labels + "; give the head 1 label");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// One of so many kinds, judged by the first position.
    public static SequenceHead of(int labels) {
        return new SequenceHead(labels, new FirstPooling(), Optional.empty(), 0, Bias.ADDED, Problem.SINGLE_LABEL);
    }

    public SequenceHead pooling(Pooling how) {
        return new SequenceHead(labels, how, dense, dropout, bias, problem);
    }

    public SequenceHead dense(Activation activation) {
        return new SequenceHead(labels, pooling, Optional.of(activation), dropout, bias, problem);
    }

    @Override
    public SequenceHead dropout(double rate) {
        return new SequenceHead(labels, pooling, dense, rate, bias, problem);
    }

    public SequenceHead problem(Problem asked) {
        return new SequenceHead(labels, pooling, dense, dropout, bias, asked);
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Gives gives() {
        return Gives.LABELS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Summary summary = new Summary(parameters, width, pooling, dense);
        Linear classifier =
                new Linear(parameters.in("classifier"), Linear.Size.from(width).to(labels), bias);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return classifier.forward(context.dropout(summary.of(x, context), dropout)); // [B, labels]
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                return problem.loss(forward(x, context), answers, smoothing);
            }

            @Override
            public Cost cost(Load load) {
                double numbers = (double) load.batch() * width;
                return summary.cost(load)
                        .plus(Cost.flops(classifier.flops(load.batch()))
                                .saving(numbers + (dropout > 0 ? 2 * numbers : 0)));
            }
        };
    }
}
