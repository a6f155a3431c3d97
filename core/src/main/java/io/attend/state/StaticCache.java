package io.attend.state;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.OptionalLong;

/// Keys and values in room for so many positions that is taken at once and never moves: a text takes what was
/// foreseen from its first token on, and one that would need more is refused.
///
///     2 · K · D · positions numbers a layer
///
/// Cost of appending: the new positions alone, at every step. Name: Hugging Face's `cache_implementation=static`.
@Source(
        paper = "Efficiently Scaling Transformer Inference",
        arxiv = "2211.05102")
public record StaticCache(long positions) implements Cache {
    public static final StaticCache EXAMPLE = new StaticCache(67);

    public StaticCache {
        if (positions < 1) {
            throw new IllegalArgumentException("a cache needs room for at least 1 position, not " + positions);
        }
    }

    @Override
    public OptionalLong longest() {
        return OptionalLong.of(positions);
    }

    @Override
    public Room room() {
        return new TensorRoom(Tensor::empty, (needed, _) -> Math.max(needed, positions));
    }
}
