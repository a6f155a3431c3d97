package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.OptionalLong;

/// A query sees itself and what came before it: the attention of models that generate.
///
///     allowed(q, k) = k ≤ q
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record Causal() implements Mask {
    public static final Causal EXAMPLE = new Causal();

    @Override
    public boolean allows(long query, long key) {
        return key <= query;
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return keys.le(queries); // [T, S]
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        if (keys <= first + 1) {
            return Reach.ALL;
        }
        return first == 0 && queries == keys ? Reach.TRIANGLE : Reach.SOME;
    }

    @Override
    public OptionalLong from(long query) {
        return OptionalLong.of(0);
    }

    @Override
    public boolean causal() {
        return true;
    }
}
