package io.attend.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Weights of 32 bits, little-endian: 4 bytes each.
public record Float32Matrix(int rows, int columns, MemorySegment data) implements Matrix {
    static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Float32Matrix {
        Matrix.check("F32", rows, columns, 4L * rows * columns, data);
    }

    @Override
    public String label() {
        return "F32";
    }

    @Override
    public void prepare(Row x) {}

    @Override
    public void multiply(Row x, float[] y, int from, int to) {
        if (Vectors.available()) {
            FloatProducts.float32(this, x.values(), y, from, to);
        } else {
            reference(x, y, from, to);
        }
    }

    @Override
    public void reference(Row x, float[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int j = 0; j < columns; j++) {
                sum += data.get(FLOAT, 4 * ((long) i * columns + j)) * x.values()[j];
            }
            y[i] = sum;
        }
    }

    @Override
    public void row(int row, float[] to, int at) {
        MemorySegment.copy(data, FLOAT, 4L * row * columns, to, at, columns);
    }
}
