package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The largest number of each column over all positions that are not padding.
///
///     y_e = max_t x_te        over the positions kept
///
/// x [B, T, E] → y [B, E]; a row that is all padding gives zeros.
@Source(
        paper = "Supervised Learning of Universal Sentence Representations from Natural Language Inference Data",
        arxiv = "1705.02364")
public record MaxPooling() implements Pooling {
    public static final MaxPooling EXAMPLE = new MaxPooling();

    @Override
    public Tensor apply(Tensor x, Context context) {
        return Kept.of(x, context)
                .map(keep -> x.maskedFill(keep.logicalNot().unsqueeze(-1), Double.NEGATIVE_INFINITY)
                        .amax(1, Tensor.Axis.DROPPED)
                        .maskedFill(keep.any(1, Tensor.Axis.KEPT).logicalNot(), 0))
                .orElseGet(() -> x.amax(1, Tensor.Axis.DROPPED)); // [B, E]
    }

    @Override
    public double flops() {
        return 1;
    }
}
