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

/// A score for every word by the very vectors that embed them: what a word means where it is read is what it means
/// where it is written.
///
///     logits = W x + b        W the embedding table [V, E]
///
/// x [B, T, E] → logits [B, T, V]; no parameters but the bias.
@Source(paper = "Using the Output Embedding to Improve Language Models", arxiv = "1608.05859")
public record TiedHead(@Default("\"none\"") Bias bias) implements Head {
    public static final TiedHead EXAMPLE = new TiedHead(Bias.NONE);
    public static final TiedHead WITH_BIAS = new TiedHead(Bias.ADDED);

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "a TiedHead needs an embedding with a table of words, and there is none; use a LinearHead"));
        if (words.width() != width) {
            throw parameters.refuse("the table's vectors have " + words.width() + " numbers and the stream " + width
                    + "; use a head that changes the width before it scores");
        }
        Linear product = words.scores(parameters, bias);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return product.forward(x); // [B, T, V]
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(product.flops(load.rows())).saving(load.rows() * (width + words.vocabulary()));
            }
        };
    }
}
