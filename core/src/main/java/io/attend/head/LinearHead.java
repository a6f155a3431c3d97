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

/// A score for each of several outcomes by a product of its own.
///
///     logits = W x + b
///
/// x [B, T, E] → logits [B, T, outputs]; keeps x and the logits for the backward pass.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record LinearHead(int outputs, @Default("\"added\"") Bias bias) implements Head {
    public static final LinearHead EXAMPLE = new LinearHead(37, Bias.ADDED);

    public LinearHead {
        if (outputs < 1) {
            throw new IllegalArgumentException("outputs must be at least 1, not " + outputs);
        }
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear product = new Linear(parameters, Linear.Size.from(width).to(outputs), bias);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return product.forward(x); // [B, T, V]
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(product.flops(load.rows())).saving(load.rows() * (width + outputs));
            }
        };
    }
}
