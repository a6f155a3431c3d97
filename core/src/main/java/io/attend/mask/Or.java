package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Keys that any of several masks allows, such as those near by and every eighth one.
///
///     allowed(q, k) = allowed₁(q, k) or allowed₂(q, k) or ...
@Source(paper = "Generating Long Sequences with Sparse Transformers", arxiv = "1904.10509")
public record Or(List<Mask> masks) implements Mask {
    public static final Or EXAMPLE = new Or(new SlidingWindow(2), new Strided(3));
    public static final Or CAUSAL = new Or(new SlidingWindow(2), new And(new Causal(), new Strided(4)));

    public Or {
        masks = List.copyOf(masks);
        if (masks.size() < 2) {
            throw new IllegalArgumentException("masks joined must be at least 2, not " + masks.size());
        }
    }

    public Or(Mask first, Mask second) {
        this(List.of(first, second));
    }

    @Override
    public boolean allows(long query, long key) {
        return masks.stream().anyMatch(mask -> mask.allows(query, key));
    }

    @Override
    public boolean allows(Token query, Token key) {
        return masks.stream().anyMatch(mask -> mask.allows(query, key));
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return allowed(queries, keys, Optional.empty());
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        return masks.stream()
                .map(mask -> mask.allowed(queries, keys, texts))
                .reduce(Tensor::logicalOr)
                .orElseThrow();
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        List<Reach> all =
                masks.stream().map(mask -> mask.reach(first, queries, keys)).toList();
        if (all.contains(Reach.ALL)) {
            return Reach.ALL;
        }
        return all.contains(Reach.TRIANGLE) && causal() ? Reach.TRIANGLE : Reach.SOME;
    }

    @Override
    public Optional<Band> band() {
        List<Optional<Band>> all = masks.stream().map(Mask::band).toList();
        return all.stream().allMatch(Optional::isPresent)
                ? all.stream().flatMap(Optional::stream).reduce(Band::either)
                : Optional.empty();
    }

    @Override
    public boolean causal() {
        return masks.stream().allMatch(Mask::causal);
    }

    @Override
    public boolean looksAtPlaces() {
        return masks.stream().anyMatch(Mask::looksAtPlaces);
    }

    @Override
    public boolean looksAtTexts() {
        return masks.stream().anyMatch(Mask::looksAtTexts);
    }
}
