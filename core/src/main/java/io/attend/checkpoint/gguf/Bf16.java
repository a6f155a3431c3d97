package io.attend.checkpoint.gguf;

import io.attend.kernel.BFloat16Matrix;
import io.attend.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The upper 16 bits of a 32-bit number: 8 of exponent, 7 of fraction. Encoding rounds to the nearest, ties
/// to even; NaN stays NaN.
public record Bf16() implements BlockFormat.Writable {
    public static final Bf16 EXAMPLE = new Bf16();

    @Override
    public int code() {
        return 30;
    }

    @Override
    public String label() {
        return "BF16";
    }

    @Override
    public int elements() {
        return 1;
    }

    @Override
    public int bytes() {
        return 2;
    }

    @Override
    public Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.of(new BFloat16Matrix(rows, columns, blocks));
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            to[i] = Float.intBitsToFloat(Bits.half16(from, 2 * i) << 16);
        }
    }

    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            int bits = Float.floatToRawIntBits(from[i]);
            int rounded = Float.isNaN(from[i]) ? bits | 1 << 22 : bits + 0x7fff + (bits >>> 16 & 1);
            Bits.half16(to, 2 * i, (short) (rounded >>> 16));
        }
    }
}
