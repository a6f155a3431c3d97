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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A score for every word by each of n streams that predict ahead; a session writes with the first.
///
///     logits_i = W x_i        i = 1, ..., n; W the embedding table [V, E], or own
///
/// x [B, T, n·E] from an `NgramEmbedding` → logits of the first stream [B, T, V]. The loss is the mean
/// cross-entropy over every stream, each asked for the same word, as ProphetNet was trained: the i-th sees i −
/// 1 words less of the past. 2·n·E·V operations a position for all, 2·E·V for the first alone. Names: its
/// outputs are Hugging Face's `logits` and `logits_ngram` [B, n − 1, T, V]; `asked` first is
/// `disable_ngram_loss`.
///
/// @param asked which streams the loss asks
@Source(paper = "ProphetNet: Predicting Future N-gram for Sequence-to-Sequence Pre-training", arxiv = "2001.04063")
public record NgramHead(
        @Default("\"tied\"") Tying scores,
        @Default("\"all\"") Streams asked) implements Head {
    public static final NgramHead EXAMPLE = new NgramHead(Tying.TIED, Streams.ALL);
    public static final NgramHead OWN = new NgramHead(Tying.OWN, Streams.FIRST);

    /// Which of the streams that predict.
    public enum Streams {
        ALL,
        /// Only the next word's.
        FIRST
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "an NgramHead needs an embedding with a table of words, and there is none; use a LinearHead"));
        int numbers = words.width();
        if (width % numbers != 0) {
            throw parameters.refuse("a stream of " + width + " numbers is not so many vectors of the table's " + numbers
                    + " side by side; use an NgramEmbedding with a table of the model's width");
        }
        Linear product = scores == Tying.TIED
                ? words.scores(parameters, Bias.NONE)
                : new Linear(parameters, Linear.Size.from(numbers).to(words.vocabulary()), Bias.NONE);
        return new Built(this, product, numbers, width / numbers);
    }

    /// @param numbers E
    /// @param streams n
    private record Built(NgramHead value, Linear product, int numbers, int streams) implements Head.Built {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return product.forward(x.narrow(2, 0, numbers)); // [B, T, V]
        }

        private Tensor apart(Tensor x) {
            return x.reshape(x.size(0), x.size(1), streams, numbers);
        }

        @Override
        public Map<String, Tensor> outputs(Tensor x, Context context) {
            Tensor logits = product.forward(apart(x)).transpose(1, 2); // [B, n, T, V]
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            outputs.put("logits", logits.select(1, 0));
            if (streams > 1) {
                outputs.put("logits_ngram", logits.narrow(1, 1, streams - 1L));
            }
            return outputs;
        }

        @Override
        public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
            if (value.asked == Streams.FIRST || streams == 1) {
                return product.crossEntropy(x.narrow(2, 0, numbers), answers, IGNORED, smoothing);
            }
            Tensor each = answers.unsqueeze(2).expand(answers.size(0), answers.size(1), streams);
            return product.crossEntropy(apart(x), each, IGNORED, smoothing);
        }

        @Override
        public Cost cost(Load load) {
            int asked = value.asked == Streams.ALL ? streams : 1;
            double rows = load.rows() * asked;
            int vocabulary = Math.toIntExact(product.weight().shape().size(0));
            return Cost.flops(product.flops(rows)).plus(Scores.loss(rows, numbers, vocabulary, OptionalDouble.empty()));
        }
    }
}
