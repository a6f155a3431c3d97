package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.value.Source;

/// The dot product of query and key times a given number, where a model chose another than 1 / √D.
///
///     score(q, k) = scale · q · k
///
/// Q [B, H, T, D], K [B, K, S, D] → [B, H, T, S]. Time O(T·S·D) a head, as one matrix product; never stored
/// where the fused kernel takes it. Names: Hugging Face's `query_pre_attn_scalar` of Gemma 2 is our scale to
/// the power of -2, its `softmax_scale` of MPT the scale; with `scale_attn_by_inverse_layer_idx` GPT-2's layer
/// i has 1 / (√D · (i + 1)).
@Source(paper = "Gemma 2: Improving Open Language Models at a Practical Size", arxiv = "2408.00118")
public record FixedScaleDotProduct(double scale) implements Score {
    public static final FixedScaleDotProduct EXAMPLE = new FixedScaleDotProduct(0.3);

    public FixedScaleDotProduct {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scale must be a number above 0, not " + scale);
        }
    }

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        return Products.scaled(scale, sizes.size());
    }
}
