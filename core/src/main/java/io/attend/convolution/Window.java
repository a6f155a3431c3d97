package io.attend.convolution;

import io.attend.layer.Context;
import io.attend.state.RecurrentState;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// A sequence with what its kernel reaches beyond its ends: earlier inputs where there were any, zeros
/// otherwise.
///
/// @param margin positions a kernel reaches beyond its first, (k − 1) · dilation
record Window(Reach reach, int margin) {
    static Window of(int kernel, int dilation, Reach reach) {
        if (kernel < 1 || kernel > 10_000) {
            throw new IllegalArgumentException("kernel must be from 1 to 10000, not " + kernel);
        }
        if (dilation < 1 || dilation > 10_000) {
            throw new IllegalArgumentException("dilation must be from 1 to 10000, not " + dilation);
        }
        int margin = (kernel - 1) * dilation;
        if (reach == Reach.CENTERED && margin % 2 != 0) {
            throw new IllegalArgumentException(
                    "a centered kernel of " + kernel + " has no middle; make it odd or causal");
        }
        return new Window(reach, margin);
    }

    /// Sets padding to zero and adds the margins, [B, T, C] → [B, C, T + margin], and remembers what the next
    /// step needs.
    Tensor around(Tensor x, Context context) {
        long batch = x.size(0);
        long length = x.size(1);
        if (context.keep().isPresent()) {
            Tensor keep = context.keep().get();
            Tensor real = keep.narrow(1, keep.size(1) - length, length);
            x = x.maskedFill(real.logicalNot().unsqueeze(2), 0);
        }
        if (margin == 0) {
            return x.transpose(1, 2);
        }
        if (reach == Reach.CENTERED) {
            Tensor zeros = Tensor.zeros(Shape.of(batch, margin / 2, x.size(2)), x.dtype());
            return Tensor.cat(1, zeros, x, zeros).transpose(1, 2);
        }
        Optional<RecurrentState> state = context.state(RecurrentState.class, RecurrentState::new);
        Tensor before = state.filter(past -> !past.carried().isEmpty())
                .map(past -> past.carried().getFirst())
                .orElse(Tensor.zeros(Shape.of(batch, margin, x.size(2)), x.dtype()));
        Tensor all = Tensor.cat(1, before, x);
        state.ifPresent(past -> past.carry(List.of(all.narrow(1, length, margin)), length));
        return all.transpose(1, 2);
    }

    /// Numbers a sequence remembers, of so many channels.
    double remembered(long batch, int channels) {
        return reach == Reach.CAUSAL ? (double) batch * margin * channels : 0;
    }

    static void checkDropout(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }
}
