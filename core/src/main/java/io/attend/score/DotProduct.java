package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.value.Source;

/// The dot product of query and key as it is. T5 and GPT-Neo have it, whose weights start small enough for it.
///
///     score(q, k) = q · k
///
/// Q [B, H, T, D], K [B, K, S, D] → [B, H, T, S]. Time O(T·S·D) a head, as one matrix product; never stored
/// where the fused kernel takes it. Names: the paper's `dot`.
@Source(paper = "Effective Approaches to Attention-based Neural Machine Translation", arxiv = "1508.04025")
public record DotProduct() implements Score {
    public static final DotProduct EXAMPLE = new DotProduct();

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        return Products.scaled(1, sizes.size());
    }
}
