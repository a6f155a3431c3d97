package io.attend.kernel;

import java.util.Arrays;

/// One vector, such as a token's in the stream, as the kernels want it: its numbers, and the forms that
/// products with quantised matrices take, made when they are first asked for and kept until the numbers change.
/// For one thread at a time, but any number may read forms that are made.
public final class Row {
    /// Numbers that are rounded together: as many as Q4_0, Q4_K and Q8_0 have under one scale.
    static final int BLOCK = 32;

    /// What the largest number of a block becomes: then two products with 4 bits each fit into 16 bits.
    static final int LARGEST = 1023;

    private final float[] values;
    private float[] even = {};
    private float[] odd = {};
    private short[] rounded = {};
    private float[] steps = {};
    private float[] sums = {};
    private short[] low = {};
    private short[] high = {};
    private short[] offsets = {};
    private boolean split;
    private boolean quantised;
    private boolean paired;

    public Row(int length) {
        this.values = new float[length];
    }

    /// The numbers. Who writes them says so by [#changed].
    public float[] values() {
        return values;
    }

    public int length() {
        return values.length;
    }

    /// The numbers were written: other forms of them are out of date.
    public void changed() {
        split = false;
        quantised = false;
        paired = false;
    }

    /// x ← x + y
    public void add(Row other) {
        for (int i = 0; i < values.length; i++) {
            values[i] += other.values[i];
        }
        changed();
    }

    /// x ← x · y, number by number
    public void multiply(Row other) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= other.values[i];
        }
        changed();
    }

    /// x ← factor · x
    public void multiply(float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        changed();
    }

    public void copyFrom(Row other) {
        System.arraycopy(other.values, 0, values, 0, values.length);
        changed();
    }

    /// x ← max(x, 0)
    public void relu() {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(values[i], 0);
        }
        changed();
    }

    /// x ← x · σ(x)
    public void silu() {
        if (Vectors.available()) {
            RowKernels.silu(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] / (1 + Math.exp(-values[i])));
            }
        }
        changed();
    }

    /// x ← x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
    public void geluTanh() {
        if (Vectors.available()) {
            RowKernels.geluTanh(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                double x = values[i];
                values[i] = (float) (x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
            }
        }
        changed();
    }

    /// Σ x
    public float sum() {
        float[] sums = new float[8];
        for (int i = 0; i < values.length; i++) {
            sums[i & 7] += values[i];
        }
        return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }

    /// Σ (x - mean)²
    public float squares(float mean) {
        float[] sums = new float[8];
        for (int i = 0; i < values.length; i++) {
            float x = values[i] - mean;
            sums[i & 7] += x * x;
        }
        return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }

    /// The numbers at even places and those at odd ones, apart.
    void split() {
        if (split) {
            return;
        }
        int half = values.length / 2;
        if (even.length == 0) {
            even = new float[half];
            odd = new float[half];
        }
        for (int i = 0; i < half; i++) {
            even[i] = values[2 * i];
            odd[i] = values[2 * i + 1];
        }
        split = true;
    }

    float[] even() {
        return even;
    }

    float[] odd() {
        return odd;
    }

    /// Each block as whole numbers from -1023 to 1023 and a step, x ≈ step · q, and its sum of q · step.
    void quantise() {
        if (quantised) {
            return;
        }
        int blocks = values.length / BLOCK;
        if (steps.length == 0) {
            rounded = new short[values.length];
            steps = new float[blocks];
            sums = new float[blocks];
        }
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            float largest = 0;
            for (int i = from; i < from + BLOCK; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float step = largest / LARGEST;
            float inverse = largest == 0 ? 0 : LARGEST / largest;
            int sum = 0;
            for (int i = from; i < from + BLOCK; i++) {
                int q = Math.round(values[i] * inverse);
                rounded[i] = (short) q;
                sum += q;
            }
            steps[block] = step;
            sums[block] = sum * step;
        }
        quantised = true;
    }

    short[] rounded() {
        return rounded;
    }

    float[] steps() {
        return steps;
    }

    float[] sums() {
        return sums;
    }

    /// Each block's halves l and h, with which bytes b that hold two weights, q low and p high, multiply at
    /// once in 16 bits that may overflow on the way: (q - 8) l + (p - 8) h = b l + (b >>> 4) (h - 16 l) - 8 (l
    /// + h).
    void pair() {
        if (paired) {
            return;
        }
        quantise();
        if (low.length == 0) {
            low = new short[values.length / 2];
            high = new short[values.length / 2];
            offsets = new short[values.length / 2];
        }
        int half = BLOCK / 2;
        for (int i = 0; i < low.length; i++) {
            int at = i / half * BLOCK + i % half;
            short l = rounded[at];
            short h = rounded[at + half];
            low[i] = l;
            high[i] = (short) (h - 16 * l);
            offsets[i] = (short) (-8 * (l + h));
        }
        paired = true;
    }

    short[] low() {
        return low;
    }

    short[] high() {
        return high;
    }

    short[] offsets() {
        return offsets;
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
