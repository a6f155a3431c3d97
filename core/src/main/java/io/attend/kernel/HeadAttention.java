package io.attend.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Attention of one token's query heads on remembered keys and values.
///
///     a = softmax(scale · q K)        y = a V
///
/// Queries [H, D]; keys [K, room, D] and values [K, room, C] in memory, of which positions `from` to `to - 1`
/// count; H / K query heads share a key head. → y [H, C]. 2·H·(to - from)·(D + C) operations.
public final class HeadAttention {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final int heads;
    private final int shared;
    private final int keySize;
    private final int valueSize;
    private final double scale;
    private float[][] weights;

    /// @param heads H
    /// @param shared K
    /// @param keySize D
    /// @param valueSize C
    public HeadAttention(int heads, int shared, int keySize, int valueSize, double scale) {
        this.heads = heads;
        this.shared = shared;
        this.keySize = keySize;
        this.valueSize = valueSize;
        this.scale = scale;
        this.weights = new float[heads][0];
    }

    /// Remembered vectors of all heads.
    ///
    /// @param data [K, room, size]
    /// @param room positions there is room for
    /// @param half whether numbers are bfloat16 rather than float32
    public record Kept(MemorySegment data, long room, boolean half) {
        /// Writes numbers from the `at`-th on.
        public void write(float[] from, int first, int count, long at) {
            if (!half) {
                MemorySegment.copy(from, first, data, FLOAT, 4 * at, count);
                return;
            }
            for (int i = 0; i < count; i++) { // rounds to the nearest, ties to even
                int bits = Float.floatToRawIntBits(from[first + i]);
                int rounded = Float.isNaN(from[first + i]) ? bits | 1 << 22 : bits + 0x7fff + (bits >>> 16 & 1);
                data.set(BFloat16Matrix.SHORT, 2 * (at + i), (short) (rounded >>> 16));
            }
        }
    }

    public void apply(float[] queries, Kept keys, Kept values, int from, int to, float[] y) {
        int count = to - from;
        if (weights[0].length < count) {
            weights = new float[heads][Math.max(count, 2 * weights[0].length)];
        }
        boolean small = (long) heads * count * keySize < 1 << 16;
        if (small) {
            for (int head = 0; head < heads; head++) {
                head(head, queries, keys, values, from, to, y);
            }
        } else {
            Pool.common().run(heads, head -> head(head, queries, keys, values, from, to, y));
        }
    }

    private void head(int head, float[] queries, Kept keys, Kept values, int from, int to, float[] y) {
        float[] a = weights[head];
        long place = (long) head * shared / heads;
        long key = (place * keys.room + from) * keySize;
        long value = (place * values.room + from) * valueSize;
        if (Vectors.available()) {
            RowKernels.scores(queries, head * keySize, keySize, keys, key, a, to - from, (float) scale);
            RowKernels.softmax(a, to - from);
            RowKernels.gather(a, to - from, values, value, y, head * valueSize, valueSize);
        } else {
            reference(head, queries, keys, key, values, value, to - from, y);
        }
    }

    /// The same, number by number.
    void reference(int head, float[] queries, Kept keys, long key, Kept values, long value, int count, float[] y) {
        double[] a = new double[count];
        double largest = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < count; s++) {
            for (int i = 0; i < keySize; i++) {
                a[s] += scale * queries[head * keySize + i] * number(keys, key + (long) s * keySize + i);
            }
            largest = Math.max(largest, a[s]);
        }
        double sum = 0;
        for (int s = 0; s < count; s++) {
            a[s] = Math.exp(a[s] - largest);
            sum += a[s];
        }
        for (int i = 0; i < valueSize; i++) {
            double gathered = 0;
            for (int s = 0; s < count; s++) {
                gathered += a[s] / sum * number(values, value + (long) s * valueSize + i);
            }
            y[head * valueSize + i] = (float) gathered;
        }
    }

    static float number(Kept kept, long at) {
        return kept.half
                ? Float.intBitsToFloat(kept.data.get(BFloat16Matrix.SHORT, 2 * at) << 16)
                : kept.data.get(FLOAT, 4 * at);
    }
}
