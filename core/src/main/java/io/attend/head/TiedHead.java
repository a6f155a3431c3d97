package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
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
    public Layer build(Parameters parameters, int width, Optional<Table.Built> table) {
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "a TiedHead needs an embedding with a table of words, and there is none; use a LinearHead"));
        Optional<Parameter> added = bias == Bias.ADDED
                ? Optional.of(parameters.weight("bias", Shape.of(words.vocabulary()), Initializer.ZEROS))
                : Optional.empty();
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                Tensor logits = words.logits(x); // [B, T, V]
                return added.isPresent() ? logits.add(added.get().tensor()) : logits;
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(words.flops(load.rows())).saving(load.rows() * (width + words.vocabulary()));
            }
        };
    }
}
