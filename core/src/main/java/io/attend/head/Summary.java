package io.attend.head;

import io.attend.activation.Activation;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// One vector for a text: pooling and, where there is an activation, `activation(D x + d)`.
final class Summary {
    private final Pooling pooling;
    private final Optional<Activation> activation;
    private final Optional<Linear> dense;
    private final int width;

    Summary(Parameters parameters, int width, Pooling pooling, Optional<Activation> activation) {
        this.pooling = pooling;
        this.activation = activation;
        this.width = width;
        this.dense = activation.map(
                _ -> new Linear(parameters.in("dense"), Linear.Size.from(width).to(width), Bias.ADDED));
    }

    /// [B, T, E] → [B, E]
    Tensor of(Tensor x, Context context) {
        Tensor pooled = pooling.apply(x, context);
        return dense.isPresent() ? activation.orElseThrow().apply(dense.get().forward(pooled)) : pooled;
    }

    Cost cost(Load load) {
        double numbers = (double) load.batch() * width;
        Cost pooled = Cost.flops(load.rows() * width * pooling.flops());
        return dense.map(product -> pooled.plus(Cost.flops(product.flops(load.batch())
                                + numbers * activation.orElseThrow().flops())
                        .saving(3 * numbers)))
                .orElse(pooled);
    }
}
