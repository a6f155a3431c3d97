package io.attend.recurrence;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Linear;
import io.attend.layer.Memory;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// What a recurrence's vectors are before its first step.
///
///     0        or        tanh(W m + b), m one position of the memory: a summary of what the encoder read
public enum Start {
    ZEROS,
    /// From the first position of the memory: where a backward recurrence ends.
    FIRST_OF_MEMORY,
    /// From the last position of the memory that is not padding: where a forward recurrence ends.
    LAST_OF_MEMORY;

    /// Recorded at `start` below the recurrence.
    Built build(Parameters parameters, Site site, int numbers) {
        if (this == ZEROS) {
            return new Built(this, numbers, Optional.empty());
        }
        int memory = site.memory()
                .orElseThrow(() -> parameters.refuse("a start from the memory needs one, which only the decoder of an"
                        + " EncoderDecoder has; let it start from zeros"));
        return new Built(
                this,
                numbers,
                Optional.of(new Linear(
                        parameters.in("start"), Linear.Size.from(memory).to(numbers), Bias.ADDED)));
    }

    record Built(Start value, int numbers, Optional<Linear> linear) {
        /// [B, numbers].
        Tensor of(Tensor x, Context context) {
            if (linear.isEmpty()) {
                return Tensor.zeros(Shape.of(x.size(0), numbers), x.dtype());
            }
            return linear.get().forward(summary(context.memory())).tanh();
        }

        /// The same divided into `count` vectors of equal size.
        List<Tensor> of(Tensor x, Context context, int count) {
            return of(x, context).split(numbers / count, 1);
        }

        private Tensor summary(Memory memory) {
            long length = memory.values().size(1);
            if (value == FIRST_OF_MEMORY || memory.keep().isEmpty()) {
                return memory.values().select(1, value == FIRST_OF_MEMORY ? 0 : length - 1); // [B, M]
            }
            Tensor places = Tensor.arange(1, length + 1);
            Tensor real = places.mul(memory.keep().get()); // [B, S], 0 at padding
            Tensor last = real.amax(1, Tensor.Axis.KEPT).clampMin(1); // [B, 1]
            Tensor one = places.unsqueeze(0).eq(last).to(memory.values().dtype()); // [B, S]
            return memory.values().mul(one.unsqueeze(2)).sum(1, Tensor.Axis.DROPPED); // [B, M]
        }

        double flops(double batch) {
            return linear.map(product -> product.flops(batch)).orElse(0.0);
        }
    }
}
