package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// The vectors themselves, for models that embed.
///
///     y = x
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record NoHead() implements Head {
    public static final NoHead EXAMPLE = new NoHead();

    @Override
    public Gives gives() {
        return Gives.VECTORS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return x;
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return Map.of("last_hidden_state", x);
            }

            @Override
            public Cost cost(Load load) {
                return Cost.NONE;
            }
        };
    }
}
