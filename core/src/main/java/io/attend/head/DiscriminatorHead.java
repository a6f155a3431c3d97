package io.attend.head;

import io.attend.activation.Activation;
import io.attend.activation.Gelu;
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
import java.util.Map;
import java.util.Optional;

/// Whether each word of a text was replaced by another.
///
///     logit = w · activation(D x + d) + b
///
/// x [B, T, E] → logits [B, T, 1]. Answers are [B, T], 1 where the word was replaced; the loss is the mean
/// binary cross-entropy over what is neither padding nor [Head#IGNORED]. Names: our `dense` and `replaced`
/// are ELECTRA's `discriminator_predictions.dense` and `dense_prediction`; the output `logits` is [B, T] as
/// there.
@Source(paper = "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators", arxiv = "2003.10555")
public record DiscriminatorHead(@Default("\"Gelu\"") Activation activation) implements Head {
    public static final DiscriminatorHead EXAMPLE = new DiscriminatorHead(new Gelu());

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Gives gives() {
        return Gives.REPLACEMENTS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear dense =
                new Linear(parameters.in("dense"), Linear.Size.from(width).to(width), Bias.ADDED);
        Linear replaced =
                new Linear(parameters.in("replaced"), Linear.Size.from(width).to(1), Bias.ADDED);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return replaced.forward(activation.apply(dense.forward(x))); // [B, T, 1]
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return Map.of("logits", forward(x, context).squeeze(-1));
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                Problem.unsmoothed(smoothing);
                Tensor logits = forward(x, context).squeeze(-1); // [B, T]
                Tensor asked = answers.ne(IGNORED);
                Tensor counted =
                        Kept.of(x, context).map(asked::logicalAnd).orElse(asked).to(x.dtype()); // [B, T]
                Tensor right = answers.to(x.dtype()).mul(asked.to(x.dtype()));
                return Problem.binary(logits, right).mul(counted).sum().div(counted.sum());
            }

            @Override
            public Cost cost(Load load) {
                double numbers = load.rows() * width;
                return Cost.flops(dense.flops(load.rows()) + numbers * activation.flops() + replaced.flops(load.rows()))
                        .saving(3 * numbers);
            }
        };
    }
}
