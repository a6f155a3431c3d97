package io.attend.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Weights of 4 bits, 256 in a block of 8 parts, each with a scale and an offset of 6 bits: ggml's Q4_K.
///
///     w = d s q - e m        y[i] = Σ over parts of d s t Σ q x̂ - e m t Σ x̂        x ≈ t x̂, x̂ of 11 bits
///
/// Block: d, e (float16), s and m (12 bytes), q (128 bytes; byte i of each 32 holds q of one part low and of
/// the next high); 0.56 bytes a weight. Products are exact in whole numbers.
public record Q4KMatrix(int rows, int columns, MemorySegment data) implements Matrix {
    static final int BYTES = 144;
    static final int BLOCK = 256;

    public Q4KMatrix {
        Matrix.checkBlocks("Q4_K", columns, BLOCK);
        Matrix.check("Q4_K", rows, columns, (long) rows * (columns / BLOCK) * BYTES, data);
    }

    @Override
    public String label() {
        return "Q4_K";
    }

    @Override
    public void prepare(Row x) {
        x.quantise();
    }

    @Override
    public void multiply(Row x, float[] y, int from, int to) {
        if (Vectors.wide()) {
            BlockProducts.q4k(this, x, y, from, to);
        } else {
            Vectors.warn();
            reference(x, y, from, to);
        }
    }

    @Override
    public void reference(Row x, float[] y, int from, int to) {
        int blocks = columns / BLOCK;
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int block = 0; block < blocks; block++) {
                long at = ((long) i * blocks + block) * BYTES;
                for (int part = 0; part < 8; part++) {
                    int first = block * 8 + part;
                    int product = 0;
                    for (int j = 0; j < 32; j++) {
                        product += number(at, part, j) * x.rounded()[first * 32 + j];
                    }
                    sum += half(at) * scale(at, part) * x.steps()[first] * product
                            - half(at + 2) * offset(at, part) * x.sums()[first];
                }
            }
            y[i] = sum;
        }
    }

    private int number(long at, int part, int j) {
        return data.get(JAVA_BYTE, at + 16 + 32L * (part / 2) + j) >>> 4 * (part % 2) & 15;
    }

    float half(long at) {
        return Float.float16ToFloat(data.get(BFloat16Matrix.SHORT, at));
    }

    /// s of a part: of the first four the lower 6 bits of their byte; of the others 4 bits of a later byte and
    /// the upper 2 of an earlier one.
    int scale(long at, int part) {
        return part < 4 ? bits(at, part) & 63 : bits(at, part + 4) & 15 | bits(at, part - 4) >>> 6 << 4;
    }

    /// m of a part.
    int offset(long at, int part) {
        return part < 4 ? bits(at, part + 4) & 63 : bits(at, part + 4) >>> 4 | bits(at, part) >>> 6 << 4;
    }

    private int bits(long at, int which) {
        return data.get(JAVA_BYTE, at + 4 + which) & 255;
    }

    @Override
    public void row(int row, float[] to, int at) {
        int blocks = columns / BLOCK;
        for (int block = 0; block < blocks; block++) {
            long from = ((long) row * blocks + block) * BYTES;
            for (int part = 0; part < 8; part++) {
                float scale = half(from) * scale(from, part);
                float offset = half(from + 2) * offset(from, part);
                for (int j = 0; j < 32; j++) {
                    to[at + block * BLOCK + 32 * part + j] = scale * number(from, part, j) - offset;
                }
            }
        }
    }
}
