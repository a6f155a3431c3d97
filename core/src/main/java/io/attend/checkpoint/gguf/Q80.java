package io.attend.checkpoint.gguf;

import io.attend.kernel.Matrix;
import io.attend.kernel.Q80Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// 8 bits: 32 whole numbers and a scale.
///
///     w = d q        d = max |w| / 127,  q = round(w / d), halves away from zero
///
/// Block: d (float16), q (32 bytes, signed).
public record Q80() implements BlockFormat.Writable {
    public static final Q80 EXAMPLE = new Q80();

    @Override
    public int code() {
        return 8;
    }

    @Override
    public String label() {
        return "Q8_0";
    }

    @Override
    public int elements() {
        return 32;
    }

    @Override
    public int bytes() {
        return 34;
    }

    @Override
    public Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.of(new Q80Matrix(rows, columns, blocks));
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 34 * block;
            int out = 32 * block;
            float d = Bits.half(from, in);
            for (int i = 0; i < 32; i++) {
                to[out + i] = from[in + 2 + i] * d;
            }
        }
    }

    /// The scale is rounded to 16 bits in the file, while `q` is made with the unrounded one.
    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 32 * block;
            int out = 34 * block;
            float largest = 0;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(from[in + i]));
            }
            float d = largest / 127;
            float inverse = Float.isInfinite(1 / d) ? 0 : 1 / d; // a block of zeros, or of less than d can hold
            Bits.half(to, out, d);
            for (int i = 0; i < 32; i++) {
                double scaled = from[in + i] * inverse;
                to[out + 2 + i] = (byte) (scaled + Math.copySign(0.5, scaled));
            }
        }
    }
}
