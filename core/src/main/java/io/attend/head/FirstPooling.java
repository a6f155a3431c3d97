package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The vector of the first position, which models with a token of their own in front ([CLS], <s>) are trained
/// to make stand for the text.
///
///     y = x_0
///
/// x [B, T, E] → y [B, E]. Padding on the left would put padding there: pad such texts on the right.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record FirstPooling() implements Pooling {
    public static final FirstPooling EXAMPLE = new FirstPooling();

    @Override
    public Tensor apply(Tensor x, Context context) {
        return x.select(1, 0); // [B, E]
    }
}
