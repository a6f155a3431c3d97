package io.attend.checkpoint.gguf;

import io.attend.kernel.Matrix;
import io.attend.kernel.Q4KMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// 4 bits: 8 parts of 32 whole numbers; each part has a scale and an offset of 6 bits.
///
///     w = d s q - e m
///
/// Block: d, e (float16), s and m ([Scales], 12 bytes), q (128 bytes; byte i of each 32 holds q of one part
/// low and of the next high).
public record Q4K() implements BlockFormat {
    public static final Q4K EXAMPLE = new Q4K();

    @Override
    public int code() {
        return 12;
    }

    @Override
    public String label() {
        return "Q4_K";
    }

    @Override
    public int elements() {
        return 256;
    }

    @Override
    public int bytes() {
        return 144;
    }

    @Override
    public Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.of(new Q4KMatrix(rows, columns, blocks));
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 144 * block;
            int out = 256 * block;
            float d = Bits.half(from, in);
            float e = Bits.half(from, in + 2);
            for (int part = 0; part < 8; part++) {
                float scale = d * Scales.scale(from, in + 4, part);
                float offset = e * Scales.offset(from, in + 4, part);
                int bytes = in + 16 + 32 * (part / 2);
                int shift = 4 * (part % 2);
                for (int i = 0; i < 32; i++) {
                    to[out + 32 * part + i] = scale * (from[bytes + i] >>> shift & 15) - offset;
                }
            }
        }
    }
}
