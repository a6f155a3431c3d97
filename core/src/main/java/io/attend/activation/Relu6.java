package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// A rectified linear unit that stops at 6, which few bits can hold.
///
///     y = min(max(x, 0), 6)
///
/// Names: Hugging Face calls it `relu6`.
@Source(
        paper = "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
        arxiv = "1704.04861")
public record Relu6() implements Activation {
    public static final Relu6 EXAMPLE = new Relu6();

    @Override
    public Tensor apply(Tensor x) {
        return x.relu6();
    }

    @Override
    public double flops() {
        return 2;
    }
}
