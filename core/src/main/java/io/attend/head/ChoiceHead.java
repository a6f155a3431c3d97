package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// Which of several texts it is: a score of each, compared with those of the others.
///
///     p(c) = exp(score_c) / Σ_i exp(score_i)        over the texts to choose from
///
/// x [B·C, T, E], the C texts of a question one after the other → [B·C, 1]. The loss takes answers [B], and so
/// knows C. Names: Hugging Face's `ForMultipleChoice`.
///
/// @param scores of one text, with one label
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record ChoiceHead(SequenceHead scores) implements Head {
    public static final ChoiceHead EXAMPLE = new ChoiceHead(SequenceHead.NUMBER);

    public ChoiceHead {
        if (scores.labels() != 1) {
            throw new IllegalArgumentException(
                    "a choice needs one score of each text, not " + scores.labels() + "; give the scores 1 label");
        }
    }

    @Override
    public ChoiceHead dropout(double rate) {
        return new ChoiceHead(scores.dropout(rate));
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
        Head.Built each = scores.build(parameters, width, table);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return each.forward(x, context); // [B C, 1]
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                Tensor all = forward(x, context);
                if (answers.rank() != 1 || answers.size(0) == 0 || all.size(0) % answers.size(0) != 0) {
                    throw new IllegalArgumentException(parameters.path() + ": " + all.size(0)
                            + " texts cannot be shared by answers " + answers.shape()
                            + "; give one answer for each group of texts to choose from");
                }
                return all.reshape(answers.size(0), -1).crossEntropy(answers, IGNORED, smoothing); // [B, C]
            }

            @Override
            public Cost cost(Load load) {
                return each.cost(load);
            }
        };
    }
}
