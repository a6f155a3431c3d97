package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// A sliding window with gaps: as many keys as the window holds, every `rate`-th one, so that it reaches
/// further.
///
///     allowed(q, k) = (q − k) mod rate = 0  and  window of size·rate allows(q, k)
///
/// Rate 1 is the window itself. Names: Longformer's dilation.
@Source(paper = "Longformer: The Long-Document Transformer", arxiv = "2004.05150")
public record Dilated(SlidingWindow window, int rate) implements Mask {
    public static final Dilated EXAMPLE = new Dilated(new SlidingWindow(3), 2);
    public static final Dilated BOTH = new Dilated(SlidingWindow.BOTH, 3);

    public Dilated {
        if (rate < 1) {
            throw new IllegalArgumentException("rate must be at least 1, not " + rate);
        }
        if ((long) window.size() * rate > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a window of " + window.size() + " at rate " + rate
                    + " reaches further than " + Integer.MAX_VALUE + "; use smaller ones");
        }
    }

    private SlidingWindow reached() {
        return new SlidingWindow(window.size() * rate, window.sides());
    }

    @Override
    public boolean allows(long query, long key) {
        return (query - key) % rate == 0 && reached().allows(query, key);
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return new Strided(rate).allowed(queries, keys).logicalAnd(reached().allowed(queries, keys));
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return new And(new Strided(rate), reached()).reach(first, queries, keys);
    }

    @Override
    public Optional<Band> band() {
        Band near = window.band().orElseThrow();
        return Optional.of(new Band(near.behind(), near.ahead(), 1, rate));
    }

    @Override
    public boolean causal() {
        return window.causal();
    }
}
