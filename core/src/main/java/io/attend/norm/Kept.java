package io.attend.norm;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// The tokens of a batch that are not padding, and means over them.
///
/// @param share what each token counts in a mean, [B, T, 1]; absent where all count alike
/// @param count how many there are
record Kept(Optional<Tensor> share, double count) {
    static Kept of(Tensor x, Context context) {
        long length = x.size(1);
        double all = (double) x.size(0) * length;
        return context.keep()
                .map(keep -> {
                    Tensor real = keep.narrow(1, keep.size(1) - length, length)
                            .unsqueeze(2)
                            .to(x.dtype()); // [B, T, 1]
                    double count = Math.max(1, real.sum().item());
                    return new Kept(Optional.of(real.div(count)), count);
                })
                .orElse(new Kept(Optional.empty(), all));
    }

    /// Of each feature, [B, T, E] → [E].
    Tensor mean(Tensor x) {
        Tensor summed = share.map(x::mul).orElseGet(() -> x.div(count));
        return summed.flatten(0, 1).sum(0, Tensor.Axis.DROPPED);
    }
}
