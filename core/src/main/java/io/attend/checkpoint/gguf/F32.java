package io.attend.checkpoint.gguf;

import io.attend.kernel.Float32Matrix;
import io.attend.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Numbers of 32 bits, IEEE 754.
public record F32() implements BlockFormat.Writable {
    public static final F32 EXAMPLE = new F32();

    @Override
    public int code() {
        return 0;
    }

    @Override
    public String label() {
        return "F32";
    }

    @Override
    public int elements() {
        return 1;
    }

    @Override
    public int bytes() {
        return 4;
    }

    @Override
    public Optional<Matrix> matrix(int rows, int columns, MemorySegment blocks) {
        return Optional.of(new Float32Matrix(rows, columns, blocks));
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            to[i] = Float.intBitsToFloat(Bits.word(from, 4 * i));
        }
    }

    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            Bits.word(to, 4 * i, Float.floatToRawIntBits(from[i]));
        }
    }
}
