package io.attend.activation;

import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// A rectifier that lets a little of the negative side through, so that no unit dies.
///
///     y = max(x, 0) + slope · min(x, 0)
///
/// Names: Hugging Face calls it `leaky_relu`.
@Source(paper = "Rectifier Nonlinearities Improve Neural Network Acoustic Models", reference = "ICML 2013")
public record LeakyRelu(@Default("0.01") double slope) implements Activation {
    public static final LeakyRelu EXAMPLE = new LeakyRelu(0.01);

    public LeakyRelu {
        if (!(slope > 0 && slope < 1)) {
            throw new IllegalArgumentException("slope " + slope + " is outside (0, 1); the usual one is 0.01");
        }
    }

    @Override
    public Tensor apply(Tensor x) {
        return x.leakyRelu(slope);
    }

    @Override
    public double flops() {
        return 2;
    }
}
