package io.attend.head;

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

/// A judgement of every position, such as whether it begins a name.
///
///     logits = C dropout(x) + c
///
/// x [B, T, E] → logits [B, T, labels]; the loss is the mean cross-entropy over all positions asked.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record TokenHead(int labels, @Default("0.0") double dropout) implements Head {
    public static final TokenHead EXAMPLE = new TokenHead(3, 0);

    public TokenHead {
        if (labels < 1) {
            throw new IllegalArgumentException("labels must be at least 1, not " + labels);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public TokenHead dropout(double rate) {
        return new TokenHead(labels, rate);
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Gives gives() {
        return Gives.TAGS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear classifier =
                new Linear(parameters.in("classifier"), Linear.Size.from(width).to(labels), Bias.ADDED);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return classifier.forward(context.dropout(x, dropout)); // [B, T, labels]
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(classifier.flops(load.rows()))
                        .saving(load.rows() * ((dropout > 0 ? 3 : 1) * width + labels));
            }
        };
    }
}
