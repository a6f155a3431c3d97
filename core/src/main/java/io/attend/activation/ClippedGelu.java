package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// The exact Gaussian error linear unit, kept within a bound so that 8-bit numbers can hold it.
///
///     y = min(max(gelu(x), −bound), bound)
///
/// Names: Hugging Face calls it `gelu_10` with a bound of 10.
@Source(paper = "Integer Quantization for Deep Learning Inference", arxiv = "2004.09602")
public record ClippedGelu(double bound) implements Activation {
    public static final ClippedGelu EXAMPLE = new ClippedGelu(10);

    public ClippedGelu {
        if (!(bound > 0 && bound < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("bound " + bound + " is not above 0; the usual one is 10");
        }
    }

    @Override
    public Tensor apply(Tensor x) {
        return x.gelu().clamp(-bound, bound);
    }

    @Override
    public double flops() {
        return 12;
    }
}
