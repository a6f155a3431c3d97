package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// No activation. On the gate of a gated feed-forward it makes the bilinear form.
///
///     y = x
///
/// Names: Hugging Face calls it `linear`.
@Source(paper = "GLU Variants Improve Transformer", arxiv = "2002.05202")
public record Identity() implements Activation {
    public static final Identity EXAMPLE = new Identity();

    @Override
    public Tensor apply(Tensor x) {
        return x;
    }

    @Override
    public double flops() {
        return 0;
    }
}
