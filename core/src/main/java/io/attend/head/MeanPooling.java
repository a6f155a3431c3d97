package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The mean of all positions that are not padding.
///
///     y = Σ_t x_t / T        over the positions kept
///
/// x [B, T, E] → y [B, E]; a row that is all padding gives zeros.
@Source(paper = "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", arxiv = "1908.10084")
public record MeanPooling() implements Pooling {
    public static final MeanPooling EXAMPLE = new MeanPooling();

    @Override
    public Tensor apply(Tensor x, Context context) {
        return Kept.of(x, context)
                .map(keep -> x.maskedFill(keep.logicalNot().unsqueeze(-1), 0)
                        .sum(1, Tensor.Axis.DROPPED)
                        .div(keep.to(DType.INT64)
                                .sum(1, Tensor.Axis.KEPT)
                                .clampMin(1)
                                .to(x.dtype())))
                .orElseGet(() -> x.mean(1, Tensor.Axis.DROPPED)); // [B, E]
    }

    @Override
    public double flops() {
        return 1;
    }
}
