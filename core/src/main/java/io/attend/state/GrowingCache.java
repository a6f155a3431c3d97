package io.attend.state;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Keys and values as they come, in room that doubles when it is full.
///
///     2 · K · D numbers a token and layer
///
/// Appending costs amortised O(1) copies a position; what attention reads is a view.
@Source(paper = "Fast Transformer Decoding: One Write-Head is All You Need", arxiv = "1911.02150")
public record GrowingCache() implements Cache {
    public static final GrowingCache EXAMPLE = new GrowingCache();

    private static final long FIRST = 32;

    @Override
    public Room room() {
        return new TensorRoom(Tensor::empty, GrowingCache::doubled);
    }

    static long doubled(long needed, long before) {
        return Math.max(needed, before == 0 ? FIRST : 2 * before);
    }
}
