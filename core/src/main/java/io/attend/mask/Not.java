package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// Keys that a mask hides: with a window of 1, every key but the query's own.
///
///     allowed(q, k) = not allowed'(q, k)
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record Not(Mask mask) implements Mask {
    public static final Not EXAMPLE = new Not(new SlidingWindow(1));

    @Override
    public boolean allows(long query, long key) {
        return !mask.allows(query, key);
    }

    @Override
    public boolean allows(Token query, Token key) {
        return !mask.allows(query, key);
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return mask.allowed(queries, keys).logicalNot();
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        return mask.allowed(queries, keys, texts).logicalNot();
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return Reach.SOME;
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean looksAtPlaces() {
        return mask.looksAtPlaces();
    }

    @Override
    public boolean looksAtTexts() {
        return mask.looksAtTexts();
    }
}
