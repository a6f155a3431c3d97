package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A query sees the keys near it, itself included: the nearest `size` up to itself, or as many on either side.
///
///     behind: allowed(q, k) = 0 ≤ q − k < size        both: allowed(q, k) = |q − k| < size
///
/// `behind` with size w is Mistral's `sliding_window` and GPT-Neo's `window_size` w; `both` is Longformer's
/// attention window of 2(size − 1).
@Source(paper = "Longformer: The Long-Document Transformer", arxiv = "2004.05150")
public record SlidingWindow(int size, @Default("\"behind\"") Sides sides) implements Mask {
    public static final SlidingWindow EXAMPLE = new SlidingWindow(3);
    public static final SlidingWindow BOTH = new SlidingWindow(3, Sides.BOTH);

    /// Where the window lies.
    public enum Sides {
        BEHIND,
        BOTH
    }

    public SlidingWindow {
        if (size < 1) {
            throw new IllegalArgumentException("a window must hold at least 1 key, not " + size);
        }
    }

    /// A window that ends at the query.
    public SlidingWindow(int size) {
        this(size, Sides.BEHIND);
    }

    @Override
    public boolean allows(long query, long key) {
        return sides == Sides.BEHIND ? key <= query && query - key < size : Math.abs(query - key) < size;
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        Tensor near = keys.gt(queries.sub(size)); // [T, S]
        return near.logicalAnd(sides == Sides.BEHIND ? keys.le(queries) : keys.lt(queries.add(size)));
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        boolean reachesBack = first + queries - 1 < size;
        if (sides == Sides.BOTH) {
            return reachesBack && keys - 1 - first < size ? Reach.ALL : Reach.SOME;
        }
        return reachesBack ? new Causal().reach(first, queries, keys) : Reach.SOME;
    }

    @Override
    public Optional<Band> band() {
        return Optional.of(Band.around(size - 1L, sides == Sides.BOTH ? size - 1L : 0));
    }

    @Override
    public boolean causal() {
        return sides == Sides.BEHIND || size == 1;
    }
}
