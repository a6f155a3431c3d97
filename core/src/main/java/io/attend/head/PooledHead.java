package io.attend.head;

import io.attend.activation.Activation;
import io.attend.activation.Gelu;
import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// One vector for a text beside the vectors of its positions: what BERT's kin are published with.
///
///     y = activation(D pool(x) + d)        without an activation just pool(x)
///
/// x [B, T, E] → y [B, E]. Names: its outputs are Hugging Face's `last_hidden_state` and `pooler_output`;
/// BERT's pooler is the first position with a hyperbolic tangent.
///
/// @param dense the activation of a product of the width behind the pooling; absent where there is none
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record PooledHead(@Default("\"FirstPooling\"") Pooling pooling, Optional<Activation> dense) implements Head {
    public static final PooledHead EXAMPLE = new PooledHead(new FirstPooling(), Optional.of(new Gelu()));
    public static final PooledHead MEAN = new PooledHead(new MeanPooling(), Optional.empty());

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public Gives gives() {
        return Gives.VECTORS;
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Summary summary = new Summary(parameters, width, pooling, dense);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return summary.of(x, context); // [B, E]
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return Map.of("last_hidden_state", x, "pooler_output", forward(x, context));
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                throw new IllegalStateException(
                        parameters.path()
                                + ": a PooledHead gives vectors and has no answer to be wrong about; train it with a SequenceHead");
            }

            @Override
            public Cost cost(Load load) {
                return summary.cost(load);
            }
        };
    }
}
