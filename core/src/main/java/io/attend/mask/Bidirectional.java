package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Every query sees every key: the attention of encoders, and of a decoder on its encoder's output.
///
///     allowed(q, k) = true
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record Bidirectional() implements Mask {
    public static final Bidirectional EXAMPLE = new Bidirectional();

    @Override
    public boolean allows(long query, long key) {
        return true;
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return queries.eq(queries).logicalAnd(keys.eq(keys)); // [T, S]
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return Reach.ALL;
    }

    @Override
    public boolean causal() {
        return false;
    }
}
