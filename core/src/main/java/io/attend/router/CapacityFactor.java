package io.attend.router;

import io.attend.value.Source;

/// So many times an even share.
///
///     capacity = ⌈factor · k · T / X⌉
///
/// T positions of k choices each, X experts. A generation step by step has T = 1 and room for every token: it
/// drops none, where one pass over the same text may.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record CapacityFactor(double factor) implements Capacity {
    public static final CapacityFactor EXAMPLE = new CapacityFactor(1.25);

    public CapacityFactor {
        if (!(factor > 0 && factor < 1e6)) {
            throw new IllegalArgumentException("factor " + factor + " must be above 0; the usual ones are 1 to 2");
        }
    }

    @Override
    public long of(long length, int choices, int experts) {
        return (long) Math.ceil(factor * choices * length / experts);
    }
}
