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
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// BERT's two questions at once: which words are hidden, and how the second text follows the first.
///
///     prediction = words(x)        relation = C activation(D x_0 + d) + c
///
/// x [B, T, E] → prediction [B, T, V], its main output, and relation [B, relations]. Answers are int64 [B, T
/// + 1]: those of the words, then that of the pair; the loss is the sum of both cross-entropies. Names: its
/// outputs are Hugging Face's `prediction_logits` and `seq_relationship_logits`, in ALBERT `sop_logits`; our
/// `pooler` is a hyperbolic tangent in both.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record PairHead(
        MaskedLanguageHead words,
        Activation pooler,
        @Default("2") int relations) implements Head {
    public static final PairHead EXAMPLE = new PairHead(MaskedLanguageHead.EXAMPLE, new Gelu(), 2);

    public PairHead {
        if (relations < 1) {
            throw new IllegalArgumentException("relations must be at least 1, not " + relations);
        }
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Layer predictions = words.build(parameters.in("words"), width, table);
        Summary summary = new Summary(parameters, width, new FirstPooling(), Optional.of(pooler));
        Linear relation =
                new Linear(parameters.in("relation"), Linear.Size.from(width).to(relations), Bias.ADDED);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return predictions.forward(x, context); // [B, T, V]
            }

            private Tensor relations(Tensor x, Context context) {
                return relation.forward(summary.of(x, context)); // [B, relations]
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return Map.of(
                        "prediction_logits", forward(x, context), "seq_relationship_logits", relations(x, context));
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                long length = x.size(1);
                if (!answers.shape().equals(Shape.of(x.size(0), length + 1))) {
                    throw new IllegalArgumentException(parameters.path() + ": answers must be [" + x.size(0) + ", "
                            + (length + 1) + "], those of the words and then that of the pair, not " + answers.shape());
                }
                Tensor scores = forward(x, context);
                return scores.reshape(-1, scores.size(-1))
                        .crossEntropy(answers.narrow(1, 0, length).reshape(-1), IGNORED, smoothing)
                        .add(relations(x, context).crossEntropy(answers.select(1, length), IGNORED, smoothing));
            }

            @Override
            public Cost cost(Load load) {
                return predictions
                        .cost(load)
                        .plus(summary.cost(load))
                        .plus(Cost.flops(relation.flops(load.batch())).saving((double) load.batch() * width));
            }
        };
    }
}
