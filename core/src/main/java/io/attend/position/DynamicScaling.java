package io.attend.position;

import io.attend.value.Source;

/// Dynamic NTK: nothing changes until a text outgrows the trained length; from then on the base grows with it,
/// so that slow waves stretch and fast ones hardly change. Wants no further training.
///
///     L = max(length, trained)        θ' = θ (factor·L / trained − (factor − 1))^(R/(R−2))        ω(i) =
///     θ'^(−2i/R)
///
/// The length is that of the longest row of the pass. Keys remembered from earlier passes keep the base of
/// their time, so that beyond the trained length writing token by token differs from reading at once, as it
/// does in Hugging Face, whose `rope_type` dynamic this is; `trained` is its `max_position_embeddings`.
@Source(
        paper = "NTK-Aware Scaled RoPE allows LLaMA models to have extended context size",
        reference = "bloc97 and emozilla, 2023; described in arXiv 2309.00071")
public record DynamicScaling(int trained, double factor) implements RotaryScaling {
    public static final DynamicScaling EXAMPLE = new DynamicScaling(61, 2);

    public DynamicScaling {
        RotaryScaling.checkTrained(trained);
        RotaryScaling.checkFactor(factor);
    }

    @Override
    public double[] frequencies(Band band, long length) {
        double size = band.size();
        double grown = factor * Math.max(length, trained) / trained - (factor - 1);
        double theta = size > 2 ? band.theta() * Math.pow(grown, size / (size - 2)) : band.theta();
        return new Band(theta, band.size()).frequencies();
    }

    @Override
    public boolean followsLength() {
        return true;
    }
}
