package io.attend.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Weights of 4 bits, 32 under one scale: ggml's Q4_0.
///
///     w = d (q - 8)        y[i] = Σ over blocks of d s Σ (q - 8) x̂        x ≈ s x̂, x̂ of 11 bits
///
/// Block: d (float16), q (16 bytes; byte j holds q of j low and of j + 16 high); 0.56 bytes a weight. Products
/// are exact in whole numbers; what is rounded is the vector, a block at a time, to 11 bits (ggml: 8).
public record Q40Matrix(int rows, int columns, MemorySegment data) implements Matrix {
    static final int BYTES = 18;

    public Q40Matrix {
        Matrix.checkBlocks("Q4_0", columns, Row.BLOCK);
        Matrix.check("Q4_0", rows, columns, (long) rows * (columns / Row.BLOCK) * BYTES, data);
    }

    @Override
    public String label() {
        return "Q4_0";
    }

    @Override
    public void prepare(Row x) {
        x.pair();
    }

    @Override
    public void multiply(Row x, float[] y, int from, int to) {
        if (Vectors.wide()) {
            BlockProducts.q40(this, x, y, from, to);
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
                int part = 0;
                for (int j = 0; j < Row.BLOCK; j++) {
                    part += number(at, j) * x.rounded()[block * Row.BLOCK + j];
                }
                sum += Float.float16ToFloat(data.get(BFloat16Matrix.SHORT, at)) * x.steps()[block] * part;
            }
            y[i] = sum;
        }
    }

    /// q - 8 of the j-th weight of the block at `at`.
    private int number(long at, int j) {
        int pair = data.get(JAVA_BYTE, at + 2 + j % 16);
        return (j < 16 ? pair & 15 : pair >>> 4 & 15) - 8;
    }

    @Override
    public void row(int row, float[] to, int at) {
        int blocks = columns / Row.BLOCK;
        for (int block = 0; block < blocks; block++) {
            long from = ((long) row * blocks + block) * BYTES;
            float scale = Float.float16ToFloat(data.get(BFloat16Matrix.SHORT, from));
            for (int j = 0; j < Row.BLOCK; j++) {
                to[at + block * Row.BLOCK + j] = scale * number(from, j);
            }
        }
    }
}
