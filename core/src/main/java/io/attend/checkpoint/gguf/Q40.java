package io.attend.checkpoint.gguf;

import io.attend.kernel.Matrix;
import io.attend.kernel.Q40Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// 4 bits: 32 whole numbers and a scale.
///
///     w = d (q - 8)        d = m / -8, m the w of largest magnitude;  q = floor(w / d + 8.5), at most 15
///
/// Block: d (float16), q (16 bytes; byte j holds q of j low and of j + 16 high).
public record Q40() implements BlockFormat.Writable {
    public static final Q40 EXAMPLE = new Q40();

    @Override
    public int code() {
        return 2;
    }

    @Override
    public String label() {
        return "Q4_0";
    }

    @Override
    public int elements() {
        return 32;
    }

    @Override
    public int bytes() {
        return 18;
    }

    @Override
    public Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.of(new Q40Matrix(rows, columns, blocks));
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 18 * block;
            int out = 32 * block;
            float d = Bits.half(from, in);
            for (int i = 0; i < 16; i++) {
                int pair = from[in + 2 + i];
                to[out + i] = ((pair & 15) - 8) * d;
                to[out + 16 + i] = ((pair >>> 4 & 15) - 8) * d;
            }
        }
    }

    /// The scale is rounded to 16 bits in the file, while `q` is made with the unrounded one.
    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 32 * block;
            int out = 18 * block;
            float largest = 0;
            for (int i = 0; i < 32; i++) {
                if (Math.abs(largest) < Math.abs(from[in + i])) {
                    largest = from[in + i];
                }
            }
            float d = largest / -8;
            float inverse = Float.isInfinite(1 / d) ? 0 : 1 / d; // a block of zeros, or of less than d can hold
            Bits.half(to, out, d);
            for (int i = 0; i < 16; i++) {
                int low = Math.min(15, (int) (from[in + i] * inverse + 8.5f));
                int high = Math.min(15, (int) (from[in + 16 + i] * inverse + 8.5f));
                to[out + 2 + i] = (byte) (low | high << 4);
            }
        }
    }
}
