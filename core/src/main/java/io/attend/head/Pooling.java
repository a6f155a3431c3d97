package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;

/// How the vectors of a text become one.
public sealed interface Pooling
        permits ColumnPooling, FirstPooling, LastPooling, MaxPooling, MeanPooling, TokenPooling {
    /// [B, T, E] → [B, E]; what is padding and which words these are stands in the context.
    Tensor apply(Tensor x, Context context);

    /// Operations on each number of all positions.
    default double flops() {
        return 0;
    }
}
