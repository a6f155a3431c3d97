package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Rate;
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Arrays;

/// Positions are mixed by a Fourier transform, which has nothing to learn.
///
///     y = Re(F_T(F_E(x)))        the discrete transform over the numbers of each vector, then over the
///     positions
///
/// x [B, T, E] → y [B, T, E]. Time O(T·E·(log T + log E)), no parameters, nothing kept for the backward pass;
/// every position sees every other, so it cannot generate. A text behind which there is padding is
/// transformed by its own length, as it would be alone, where Hugging Face's takes padding for text: give it
/// none, and both are the same. Halves are transformed as float32.
@Source(paper = "FNet: Mixing Tokens with Fourier Transforms", arxiv = "2105.03824")
public record FourierMixing() implements Attention {
    public static final FourierMixing EXAMPLE = new FourierMixing();

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Growth growth() {
        return new Growth(Rate.LOG_LINEAR, Rate.LINEAR, Rate.CONSTANT, false);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(site.width());
    }

    private record Built(int width) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor wide = x.dtype().bytes() == 2 ? x.to(DType.FLOAT32) : x;
            return context.keep()
                    .map(keep -> ofEach(wide, keep))
                    .orElseGet(wide::fft2Real)
                    .to(x.dtype()); // [B, T, E]
        }

        /// Each row by itself, its real positions moved together and back again.
        private Tensor ofEach(Tensor x, Tensor keep) {
            long[] real = keep.toLongs();
            int length = (int) x.size(1);
            if (Arrays.stream(real).allMatch(one -> one == 1)) {
                return x.fft2Real();
            }
            Tensor[] rows = new Tensor[(int) x.size(0)];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = ofOne(x.select(0, row), Arrays.copyOfRange(real, row * length, (row + 1) * length));
            }
            return Tensor.stack(0, rows);
        }

        /// One text [T, E]; zeros where it is padding.
        private Tensor ofOne(Tensor x, long[] real) {
            long[] from = new long[real.length];
            long[] to = new long[real.length];
            int count = 0;
            for (int t = 0; t < real.length; t++) {
                if (real[t] == 1) {
                    from[count] = t;
                    to[t] = count++;
                }
            }
            if (count == 0) {
                return x.mul(0);
            }
            for (int t = 0; t < real.length; t++) {
                to[t] = real[t] == 1 ? to[t] : count;
            }
            Tensor text = x.indexSelect(0, index(Arrays.copyOf(from, count), x)).fft2Real(); // [T', E]
            Tensor nothing = Tensor.zeros(Shape.of(1, width), x.dtype()).to(x.device());
            return Tensor.cat(0, text, nothing).indexSelect(0, index(to, x)); // [T, E]
        }

        private static Tensor index(long[] places, Tensor like) {
            return Tensor.of(places).to(like.device());
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(5 * load.rows() * width * (log2(load.length()) + log2(width)))
                    .working(3 * load.rows() * width); // complex numbers, and their real parts
        }

        private static double log2(double x) {
            return Math.log(x) / Math.log(2);
        }
    }
}
