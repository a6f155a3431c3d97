package io.attend.position;

import io.attend.value.Source;

/// Frequencies as they were trained.
///
///     ω(i) = θ^(−2i/R)
@Source(paper = "RoFormer: Enhanced Transformer with Rotary Position Embedding", arxiv = "2104.09864")
public record NoScaling() implements RotaryScaling {
    public static final NoScaling EXAMPLE = new NoScaling();

    @Override
    public double[] frequencies(Band band, long length) {
        return band.frequencies();
    }
}
