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
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// BERT's guess at hidden words: one more product, activation and norm before the tied scores.
///
///     logits = W · norm(activation(D x + d)) + b        W the embedding table [V, E]
///
/// x [B, T, E] → logits [B, T, V]. Names: our `dense` and `norm` are Hugging Face's `cls.predictions.transform`.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record MaskedLanguageHead(
        @Default("\"Gelu\"") Activation activation,
        @Default("{\"type\": \"LayerNorm\"}") Norm norm) implements Head {
    public static final MaskedLanguageHead EXAMPLE =
            new MaskedLanguageHead(new Gelu(), new LayerNorm(1e-12, Bias.ADDED));

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear dense =
                new Linear(parameters.in("dense"), Linear.Size.from(width).to(width), Bias.ADDED);
        Layer normed = norm.build(parameters.in("norm"), width);
        Layer tied = new TiedHead(Bias.ADDED).build(parameters, width, table);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return tied.forward(normed.forward(activation.apply(dense.forward(x)), context), context); // [B, T, V]
            }

            @Override
            public Cost cost(Load load) {
                double numbers = load.rows() * width;
                return Cost.flops(dense.flops(load.rows()) + numbers * activation.flops())
                        .saving(2 * numbers)
                        .plus(normed.cost(load))
                        .plus(tied.cost(load));
            }
        };
    }
}
