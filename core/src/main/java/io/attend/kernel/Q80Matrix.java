package io.attend.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Weights of 8 bits, 32 under one scale: ggml's Q8_0.
///
///     w = d q        y[i] = Σ over blocks of d Σ q x
///
/// Block: d (float16), q (32 bytes, signed); 1.06 bytes a weight. The vector keeps all its bits: rounding it,
/// too, was no faster.
public record Q80Matrix(int rows, int columns, MemorySegment data) implements Matrix {
    static final int BYTES = 34;

    public Q80Matrix {
        Matrix.checkBlocks("Q8_0", columns, Row.BLOCK);
        Matrix.check("Q8_0", rows, columns, (long) rows * (columns / Row.BLOCK) * BYTES, data);
    }

    @Override
    public String label() {
        return "Q8_0";
    }

    @Override
    public void prepare(Row x) {}

    @Override
    public void multiply(Row x, float[] y, int from, int to) {
        if (Vectors.wide()) {
            BlockProducts.q80(this, x.values(), y, from, to);
        } else {
            Vectors.warn();
            reference(x, y, from, to);
        }
    }

    @Override
    public void reference(Row x, float[] y, int from, int to) {
        int blocks = columns / Row.BLOCK;
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int block = 0; block < blocks; block++) {
                long at = ((long) i * blocks + block) * BYTES;
                float part = 0;
                for (int j = 0; j < Row.BLOCK; j++) {
                    part += data.get(JAVA_BYTE, at + 2 + j) * x.values()[block * Row.BLOCK + j];
                }
                sum += Float.float16ToFloat(data.get(BFloat16Matrix.SHORT, at)) * part;
            }
            y[i] = sum;
        }
    }

    @Override
    public void row(int row, float[] to, int at) {
        int blocks = columns / Row.BLOCK;
        for (int block = 0; block < blocks; block++) {
            long from = ((long) row * blocks + block) * BYTES;
            float scale = Float.float16ToFloat(data.get(BFloat16Matrix.SHORT, from));
            for (int j = 0; j < Row.BLOCK; j++) {
                to[at + block * Row.BLOCK + j] = scale * data.get(JAVA_BYTE, from + 2 + j);
            }
        }
    }
}
