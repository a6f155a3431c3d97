package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.value.Source;

/// The dot product of query and key, divided by the square root of their size so that its variance does not
/// grow with it.
///
///     score(q, k) = q · k / √D
///
/// Q [B, H, T, D], K [B, K, S, D] → [B, H, T, S]. Time O(T·S·D) a head, as one matrix product; never stored
/// where the fused kernel takes it.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record ScaledDotProduct() implements Score {
    public static final ScaledDotProduct EXAMPLE = new ScaledDotProduct();

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        return Products.scaled(1 / Math.sqrt(sizes.size()), sizes.size());
    }
}
