package io.attend.attention;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Makes a model with fewer key-value heads of one with many: each new head is the mean of those it replaces,
/// from which a little further training recovers what was lost.
///
///     W'_j = mean(W_i)  over the H / K heads i that share j
///
/// The weights of `key` and of `value` [H·D, E], and their biases [H·D], become [K·D, E] and [K·D]: those that
/// `Heads.of(H).sharing(K)` wants. The cache shrinks by H / K. Where all heads of a group are equal, nothing
/// changes.
@Source(
        paper = "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints",
        arxiv = "2305.13245")
public final class HeadPooling {
    private HeadPooling() {}

    /// @param weight of the key-value heads of `from`, one after another along its first axis
    /// @param from the heads it has
    /// @param to as many query heads, and fewer key-value heads
    /// @return the weight of the key-value heads of `to`
    /// @throws IllegalArgumentException if the heads do not fit each other or the weight
    public static Tensor pooled(Tensor weight, Heads from, Heads to) {
        int many = from.keyValueCount();
        int few = to.keyValueCount();
        if (from.count() != to.count() || many % few != 0) {
            throw new IllegalArgumentException("heads on " + many + " key-value heads cannot be pooled into "
                    + to.count() + " heads on " + few + ": as many query heads, and " + few + " must divide " + many);
        }
        if (weight.rank() < 1 || weight.size(0) % many != 0) {
            throw new IllegalArgumentException("the weight " + weight + " is not that of " + many
                    + " key-value heads; its first size must be a" + " multiple of theirs");
        }
        long[] shape = weight.shape().toArray();
        long size = shape[0] / many;
        shape[0] = few * size;
        return weight.reshape(few, many / few, size, weight.count() / weight.size(0))
                .mean(1, Tensor.Axis.DROPPED) // [K, D, ...]
                .reshape(shape);
    }
}
