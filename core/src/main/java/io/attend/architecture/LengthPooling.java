package io.attend.architecture;

import io.attend.layer.Coarse;
import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import java.util.Optional;

/// How a text becomes half as long: each two neighbours become one.
///
///     mean: y_i = (x_2i + x_2i+1) / 2        max: y_i = max(x_2i, x_2i+1)        x [B, T, E] → y [B, ⌈T / 2⌉,
///     E]
///
/// A first position that is apart stays as it is, and the others pair up behind it: y_0 = x_0, y_i of x_2i−1
/// and x_2i.
///
/// @param apart whether the first position stays by itself, as `[CLS]` should; Hugging Face's `separate_cls`
/// @param cut whether the last position then goes, so that T a power of two stays one; its `truncate_seq`
/// @param keys what pooled queries look at in the first block; `whole` is its `pool_q_only`
public record LengthPooling(
        @Default("\"mean\"") Kind kind,
        @Default("false") boolean apart,
        @Default("false") boolean cut,
        @Default("\"whole\"") Keys keys,
        @Default("\"hidden\"") Padding padding) {
    public static final LengthPooling EXAMPLE = new LengthPooling(Kind.MEAN, false, false, Keys.WHOLE, Padding.HIDDEN);

    /// What two vectors become.
    public enum Kind {
        MEAN,
        MAX
    }

    /// What the pooled queries of a stage's first block look at.
    public enum Keys {
        /// The text before it was pooled.
        WHOLE,
        /// The pooled text.
        POOLED
    }

    /// What becomes of padding.
    public enum Padding {
        /// It does not count; a pair is real if either of it is.
        HIDDEN,
        /// Its vectors count, and a pair is real if both of it are, as in Hugging Face's: a text's result then
        /// depends on its padding.
        SEEN
    }

    /// Texts of so many positions are not pooled.
    long shortest() {
        return apart ? 2 : 1;
    }

    /// [B, T, ...] → both of each pair, [B, ⌈T / 2⌉, 2, ...]; where there is no second, the first again.
    private Tensor pairs(Tensor x) {
        Tensor paired = x;
        if (apart) {
            Tensor rest = cut ? x.narrow(1, 0, x.size(1) - 1) : x;
            paired = Tensor.cat(1, x.narrow(1, 0, 1), rest);
        }
        long length = paired.size(1);
        if (length % 2 != 0) {
            paired = Tensor.cat(1, paired, paired.narrow(1, length - 1, 1));
        }
        long[] shape = paired.shape().toArray();
        long[] split = new long[shape.length + 1];
        split[0] = shape[0];
        split[1] = shape[1] / 2;
        split[2] = 2;
        System.arraycopy(shape, 2, split, 3, shape.length - 2);
        return paired.reshape(split);
    }

    /// The pooled text.
    Tensor pooled(Tensor x, Optional<Tensor> keep) {
        Tensor both = pairs(x); // [B, T / 2, 2, E]
        if (padding == Padding.SEEN || keep.isEmpty()) {
            return kind == Kind.MEAN ? both.mean(2, Tensor.Axis.DROPPED) : both.amax(2, Tensor.Axis.DROPPED);
        }
        Tensor real = pairs(keep.get()).unsqueeze(-1); // [B, T / 2, 2, 1]
        if (kind == Kind.MAX) {
            Tensor none = real.any(2, Tensor.Axis.DROPPED).logicalNot(); // [B, T / 2, 1]
            return both.maskedFill(real.logicalNot(), Double.NEGATIVE_INFINITY)
                    .amax(2, Tensor.Axis.DROPPED)
                    .maskedFill(none, 0);
        }
        Tensor counts = real.to(x.dtype()).sum(2, Tensor.Axis.DROPPED).clampMin(1); // [B, T / 2, 1]
        return both.maskedFill(real.logicalNot(), 0).sum(2, Tensor.Axis.DROPPED).div(counts);
    }

    /// The context of the pooled text: a position is where the first of its pair is, and of that one's text.
    Context after(Context context) {
        Coarse coarse = new Coarse(2 * context.coarse().stride(), apart, Optional.empty());
        Optional<Tensor> keep = context.keep().map(kept -> {
            Tensor both = pairs(kept);
            return padding == Padding.HIDDEN
                    ? both.any(2, Tensor.Axis.DROPPED)
                    : both.logicalNot().any(2, Tensor.Axis.DROPPED).logicalNot();
        });
        Optional<Tensor> segments = context.segments().map(all -> pairs(all).select(2, 0));
        return context.coarse(coarse, keep, segments);
    }

    /// Each position so many times again, [B, T / stride, E] → [B, T, E].
    Tensor upsampled(Tensor x, long stride, long length) {
        if (stride == 1) {
            return x;
        }
        Tensor rest = apart ? x.narrow(1, 1, x.size(1) - 1) : x;
        Tensor repeated = rest.repeatInterleave(stride, 1);
        long wanted = apart ? length - 1 : length;
        if (repeated.size(1) < wanted) { // what was cut
            Tensor zeros = Tensor.zeros(Shape.of(x.size(0), wanted - repeated.size(1), x.size(2)), DType.FLOAT32)
                    .to(x.dtype())
                    .to(x.device());
            repeated = Tensor.cat(1, repeated, zeros);
        }
        Tensor cut = repeated.narrow(1, 0, wanted);
        return apart ? Tensor.cat(1, x.narrow(1, 0, 1), cut) : cut;
    }
}
