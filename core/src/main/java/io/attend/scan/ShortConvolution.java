package io.attend.scan;

import io.attend.layer.Bias;
import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A few positions of each channel weighed together, the last of them the present one: what recurrences with a
/// large state look around with.
///
///     y_t = Σ_i w_i ⊙ x_{t−k+1+i} + b        i = 0, …, k − 1;  x before the first is 0
///
/// x [B, T, C] → y [B, T, C], weight [C, 1, k]. Time 2·k·C operations a position; hands on k − 1 inputs.
public final class ShortConvolution {
    private final int channels;
    private final int kernel;
    private final Parameter weight;
    private final Optional<Parameter> bias;

    /// Records `weight` and, if asked for, `bias` [C] at this place.
    public ShortConvolution(Parameters parameters, int channels, int kernel, Bias bias) {
        this.channels = channels;
        this.kernel = kernel;
        this.weight = parameters.weight(
                "weight",
                Shape.of(channels, 1, kernel),
                Initializer.uniform(1 / Math.sqrt(kernel)).meant());
        this.bias = bias == Bias.ADDED
                ? Optional.of(parameters.weight("bias", Shape.of(channels), Initializer.ZEROS))
                : Optional.empty();
    }

    /// A kernel that can be.
    ///
    /// @throws IllegalArgumentException otherwise
    public static int checked(int kernel) {
        if (kernel < 1 || kernel > 64) {
            throw new IllegalArgumentException(
                    "kernel must be from 1 to 64 positions, not " + kernel + "; 4 is the usual one");
        }
        return kernel;
    }

    /// What is made of a sequence, and the inputs [B, k − 1, C] the next one begins behind.
    public record Result(Tensor outputs, Tensor last) {}

    /// @param before the last k − 1 inputs [B, k − 1, C] of what came before; absent if nothing did
    public Result of(Tensor x, Optional<Tensor> before) {
        long length = x.size(1);
        Tensor first = before.orElseGet(() -> Tensor.zeros(Shape.of(x.size(0), kernel - 1, channels), x.dtype())
                .to(x.device()));
        Tensor all = Tensor.cat(1, first, x); // [B, k − 1 + T, C]
        Tensor y = all.narrow(1, 0, length).mul(tap(0));
        for (int i = 1; i < kernel; i++) {
            y = y.addcmul(all.narrow(1, i, length), tap(i)); // [B, T, C]
        }
        return new Result(bias.isPresent() ? y.add(bias.get().tensor()) : y, all.narrow(1, length, kernel - 1));
    }

    private Tensor tap(int i) {
        return weight.tensor().select(2, i).select(1, 0); // [C]
    }

    /// Operations for so many positions.
    public double flops(double rows) {
        return rows * channels * (2.0 * kernel + 1);
    }

    /// Numbers a sequence hands on.
    public double remembered() {
        return (kernel - 1.0) * channels;
    }
}
