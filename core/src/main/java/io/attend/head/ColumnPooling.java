package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The last column or the mean of all, whether there is padding in them or not: for texts padded on the left,
/// or not at all. What padding holds then counts, as in the class of Hugging Face's that pools so.
///
///     last: y = x_T        mean: y = Σ_t x_t / T
///
/// x [B, T, E] → y [B, E]. Names: Hugging Face's `summary_type`.
@Source(paper = "XLNet: Generalized Autoregressive Pretraining for Language Understanding", arxiv = "1906.08237")
public record ColumnPooling(Columns columns) implements Pooling {
    public static final ColumnPooling EXAMPLE = new ColumnPooling(Columns.LAST);
    public static final ColumnPooling MEAN = new ColumnPooling(Columns.MEAN);

    /// Which columns.
    public enum Columns {
        LAST,
        MEAN
    }

    @Override
    public Tensor apply(Tensor x, Context context) {
        return columns == Columns.LAST ? x.select(1, x.size(1) - 1) : x.mean(1, Tensor.Axis.DROPPED); // [B, E]
    }
}
