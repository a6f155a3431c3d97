package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The vector of the last position that is not padding: in a model that sees only the past, the one that has
/// seen the whole text.
///
///     y = x_l        l the last position kept
///
/// x [B, T, E] → y [B, E]; a row that is all padding gives its first vector.
@Source(paper = "Improving Language Understanding by Generative Pre-Training", reference = "OpenAI 2018")
public record LastPooling() implements Pooling {
    public static final LastPooling EXAMPLE = new LastPooling();

    @Override
    public Tensor apply(Tensor x, Context context) {
        return Kept.of(x, context)
                .map(keep -> Kept.last(x, keep))
                .orElseGet(() -> x.select(1, x.size(1) - 1)); // [B, E]
    }
}
