package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// A query sees every `stride`-th key, itself included: joined to a window of `stride` by [Or], each key is at
/// most two steps away.
///
///     allowed(q, k) = (q − k) mod stride = 0
@Source(paper = "Generating Long Sequences with Sparse Transformers", arxiv = "1904.10509")
public record Strided(int stride) implements Mask {
    public static final Strided EXAMPLE = new Strided(3);

    public Strided {
        if (stride < 1) {
            throw new IllegalArgumentException("stride must be at least 1, not " + stride);
        }
    }

    @Override
    public boolean allows(long query, long key) {
        return (query - key) % stride == 0;
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return queries.sub(keys).remainder(stride).eq(0); // [T, S]
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return stride == 1 || queries == 1 && keys == 1 && allows(first, 0) ? Reach.ALL : Reach.SOME;
    }

    @Override
    public boolean causal() {
        return false;
    }
}
