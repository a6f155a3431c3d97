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
import java.util.OptionalDouble;

/// A guess at hidden words: one more product, to the width that words have in the table, activation and norm
/// before they are scored.
///
///     logits = W · norm(activation(D x + d)) + b        W the table [V, e], D [e, E]
///
/// x [B, T, E] → logits [B, T, V]; e is E but where the embedding has an inner width (ALBERT, ELECTRA) or a
/// factorised table. With `scores` own, W [V, e] is the head's. 2·E·e + 2·e·V operations a position.
///
/// Names: our `dense` and `norm` are `cls.predictions.transform` in BERT and DeBERTa, `lm_head.dense` and
/// `lm_head.layer_norm` in RoBERTa and MPNet, `vocab_transform` and `vocab_layer_norm` in DistilBERT,
/// `predictions` in ALBERT, `generator_predictions` in ELECTRA.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record MaskedLanguageHead(
        @Default("\"Gelu\"") Activation activation,
        @Default("{\"type\": \"LayerNorm\"}") Norm norm,
        @Default("\"tied\"") Tying scores)
        implements Head {
    public static final MaskedLanguageHead EXAMPLE =
            new MaskedLanguageHead(new Gelu(), new LayerNorm(1e-12, Bias.ADDED));
    public static final MaskedLanguageHead UNTIED =
            new MaskedLanguageHead(new Gelu(), new LayerNorm(1e-12, Bias.ADDED), Tying.OWN);

    public MaskedLanguageHead(Activation activation, Norm norm) {
        this(activation, norm, Tying.TIED);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "a MaskedLanguageHead needs an embedding with a table of words, and there is none; use a LinearHead"));
        Linear dense =
                new Linear(parameters.in("dense"), Linear.Size.from(width).to(words.width()), Bias.ADDED);
        Layer normed = norm.build(parameters.in("norm"), words.width());
        Linear product = scores == Tying.TIED
                ? words.scores(parameters, Bias.ADDED)
                : new Linear(parameters, Linear.Size.from(words.width()).to(words.vocabulary()), Bias.ADDED);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return product.forward(guess(x, context)); // [B, T, V]
            }

            private Tensor guess(Tensor x, Context context) {
                return normed.forward(activation.apply(dense.forward(x)), context); // [B, T, e]
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                return product.crossEntropy(guess(x, context), answers, IGNORED, smoothing);
            }

            @Override
            public Cost cost(Load load) {
                double rows = load.rows();
                return Cost.flops(dense.flops(rows) + rows * words.width() * activation.flops() + product.flops(rows))
                        .saving(rows * (width + words.width()))
                        .plus(Scores.loss(rows, words.width(), words.vocabulary(), OptionalDouble.empty()))
                        .plus(normed.cost(load));
            }
        };
    }
}
