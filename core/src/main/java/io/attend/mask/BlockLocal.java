package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// The sequence is cut into blocks, and a query sees the keys of its own.
///
///     allowed(q, k) = ⌊q / size⌋ = ⌊k / size⌋
@Source(paper = "Generating Wikipedia by Summarizing Long Sequences", arxiv = "1801.10198")
public record BlockLocal(int size) implements Mask {
    public static final BlockLocal EXAMPLE = new BlockLocal(5);

    public BlockLocal {
        if (size < 1) {
            throw new IllegalArgumentException("a block must hold at least 1 token, not " + size);
        }
    }

    @Override
    public boolean allows(long query, long key) {
        return query / size == key / size;
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return queries.floorDivide(size).eq(keys.floorDivide(size)); // [T, S]
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return first + queries <= size && keys <= size ? Reach.ALL : Reach.SOME;
    }

    @Override
    public Optional<Band> band() {
        return Optional.of(new Band(0, 0, size, 1));
    }

    @Override
    public boolean causal() {
        return size == 1;
    }

    @Override
    public boolean looksAtPlaces() {
        return true;
    }
}
