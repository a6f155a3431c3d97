package io.attend.kernel;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Weights of 16 bits, the upper half of a float32, little-endian: 2 bytes each. Products are float32.
public record BFloat16Matrix(int rows, int columns, MemorySegment data) implements Matrix {
    static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public BFloat16Matrix {
        Matrix.check("BF16", rows, columns, 2L * rows * columns, data);
    }

    @Override
    public String label() {
        return "BF16";
    }

    /// Two weights are read as one whole number: its lower half is the weight at an even place.
    @Override
    public void prepare(Row x) {
        x.split();
    }

    @Override
    public void multiply(Row x, float[] y, int from, int to) {
        if (Vectors.available()) {
            FloatProducts.bfloat16(this, x, y, from, to);
        } else {
            reference(x, y, from, to);
        }
    }

    @Override
    public void reference(Row x, float[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int j = 0; j < columns; j++) {
                sum += at(i, j) * x.values()[j];
            }
            y[i] = sum;
        }
    }

    float at(int i, int j) {
        return Float.intBitsToFloat(data.get(SHORT, 2 * ((long) i * columns + j)) << 16);
    }

    @Override
    public void row(int row, float[] to, int at) {
        for (int j = 0; j < columns; j++) {
            to[at + j] = at(row, j);
        }
    }
}
