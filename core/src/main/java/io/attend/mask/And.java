package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Keys that all of several masks allow, such as those of the same document that came before.
///
///     allowed(q, k) = allowed₁(q, k) and allowed₂(q, k) and ...
@Source(paper = "Generating Long Sequences with Sparse Transformers", arxiv = "1904.10509")
public record And(List<Mask> masks) implements Mask {
    public static final And EXAMPLE = new And(new Causal(), new Document());
    public static final And BLOCKS = new And(new Causal(), new BlockLocal(5));

    public And {
        masks = List.copyOf(masks);
        if (masks.size() < 2) {
            throw new IllegalArgumentException("masks joined must be at least 2, not " + masks.size());
        }
    }

    public And(Mask first, Mask second) {
        this(List.of(first, second));
    }

    @Override
    public boolean allows(long query, long key) {
        return masks.stream().allMatch(mask -> mask.allows(query, key));
    }

    @Override
    public boolean allows(Token query, Token key) {
        return masks.stream().allMatch(mask -> mask.allows(query, key));
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return allowed(queries, keys, Optional.empty());
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        return masks.stream()
                .map(mask -> mask.allowed(queries, keys, texts))
                .reduce(Tensor::logicalAnd)
                .orElseThrow();
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        List<Reach> all =
                masks.stream().map(mask -> mask.reach(first, queries, keys)).toList();
        if (all.contains(Reach.SOME)) {
            return Reach.SOME;
        }
        return all.contains(Reach.TRIANGLE) ? Reach.TRIANGLE : Reach.ALL;
    }

    @Override
    public Optional<Band> band() {
        Optional<Band> both =
                masks.stream().flatMap(mask -> mask.band().stream()).reduce(Band::both);
        return causal() ? both.map(Band::endingAtTheQuery) : both;
    }

    @Override
    public boolean causal() {
        return masks.stream().anyMatch(Mask::causal);
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
