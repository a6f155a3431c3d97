package io.attend.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.EXP;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2I;
import static jdk.incubator.vector.VectorOperators.TANH;

import io.attend.kernel.HeadAttention.Kept;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// What is done to single vectors between products, by the processor's vectors.
final class RowKernels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));

    private RowKernels() {}

    /// `a[s] = scale · q · k[s]`
    static void scores(float[] q, int first, int size, Kept keys, long at, float[] a, int count, float scale) {
        int bound = FLOATS.loopBound(size);
        for (int s = 0; s < count; s++) {
            long key = at + (long) s * size;
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = 0; i < bound; i += LANES) {
                sum = load(keys, key + i).fma(FloatVector.fromArray(FLOATS, q, first + i), sum);
            }
            float score = sum.reduceLanes(ADD);
            for (int i = bound; i < size; i++) {
                score += q[first + i] * HeadAttention.number(keys, key + i);
            }
            a[s] = scale * score;
        }
    }

    /// `y = Σ a[s] v[s]`
    static void gather(float[] a, int count, Kept values, long at, float[] y, int first, int size) {
        int bound = FLOATS.loopBound(size);
        int i = 0;
        for (; i + 4 * LANES <= bound; i += 4 * LANES) { // the sums stay in the processor
            FloatVector p = FloatVector.zero(FLOATS);
            FloatVector q = p;
            FloatVector r = p;
            FloatVector t = p;
            for (int s = 0; s < count; s++) {
                FloatVector weight = FloatVector.broadcast(FLOATS, a[s]);
                long value = at + (long) s * size + i;
                p = load(values, value).fma(weight, p);
                q = load(values, value + LANES).fma(weight, q);
                r = load(values, value + 2L * LANES).fma(weight, r);
                t = load(values, value + 3L * LANES).fma(weight, t);
            }
            p.intoArray(y, first + i);
            q.intoArray(y, first + i + LANES);
            r.intoArray(y, first + i + 2 * LANES);
            t.intoArray(y, first + i + 3 * LANES);
        }
        for (; i < bound; i += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int s = 0; s < count; s++) {
                sum = load(values, at + (long) s * size + i).fma(FloatVector.broadcast(FLOATS, a[s]), sum);
            }
            sum.intoArray(y, first + i);
        }
        for (; i < size; i++) {
            float sum = 0;
            for (int s = 0; s < count; s++) {
                sum += a[s] * HeadAttention.number(values, at + (long) s * size + i);
            }
            y[first + i] = sum;
        }
    }

    private static FloatVector load(Kept kept, long at) {
        if (!kept.half()) {
            return FloatVector.fromMemorySegment(FLOATS, kept.data(), 4 * at, LITTLE_ENDIAN);
        }
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, kept.data(), 2 * at, LITTLE_ENDIAN)
                .convertShape(S2I, INTS, 0);
        return bits.lanewise(LSHL, 16).reinterpretAsFloats();
    }

    /// a ← exp(a - max a) / Σ exp(a - max a)
    static void softmax(float[] a, int count) {
        FloatVector top = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> in = FLOATS.indexInRange(i, count);
            top = top.lanewise(MAX, FloatVector.fromArray(FLOATS, a, i, in), in);
        }
        float largest = top.reduceLanes(MAX);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i += LANES) {
            VectorMask<Float> in = FLOATS.indexInRange(i, count);
            FloatVector e = FloatVector.fromArray(FLOATS, a, i, in).sub(largest).lanewise(EXP);
            e.intoArray(a, i, in);
            sum = sum.add(e, in);
        }
        float inverse = 1 / sum.reduceLanes(ADD);
        for (int i = 0; i < count; i++) {
            a[i] *= inverse;
        }
    }

    /// x ← x / (1 + exp(-x))
    static void silu(float[] x) {
        int i = 0;
        for (; i < FLOATS.loopBound(x.length); i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, i);
            v.div(v.neg().lanewise(EXP).add(1)).intoArray(x, i);
        }
        for (; i < x.length; i++) {
            x[i] = (float) (x[i] / (1 + Math.exp(-x[i])));
        }
    }

    /// x ← x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
    static void geluTanh(float[] x) {
        float factor = (float) Math.sqrt(2 / Math.PI);
        int i = 0;
        for (; i < FLOATS.loopBound(x.length); i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, i);
            FloatVector inner = v.mul(v).mul(0.044715f).add(1).mul(v).mul(factor);
            v.mul(0.5f).mul(inner.lanewise(TANH).add(1)).intoArray(x, i);
        }
        for (; i < x.length; i++) {
            double v = x[i];
            x[i] = (float) (v / 2 * (1 + Math.tanh(factor * (v + 0.044715 * v * v * v))));
        }
    }
}
