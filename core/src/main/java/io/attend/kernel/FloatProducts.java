package io.attend.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Products with matrices of floating-point numbers by the processor's vectors: four rows at a time, one of
/// each quarter of those asked for, so that each part of the vector is read once for four and the memory has
/// four long streams to run ahead of.
final class FloatProducts {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int UPPER = 0xffff0000;

    private FloatProducts() {}

    static void float32(Float32Matrix matrix, float[] x, float[] y, int from, int to) {
        MemorySegment w = matrix.data();
        int columns = matrix.columns();
        long bytes = 4L * columns;
        int bound = FLOATS.loopBound(columns);
        int quarter = (to - from) / 4;
        long apart = quarter * bytes;
        for (int row = from; row < from + quarter; row++) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            long first = row * bytes;
            for (int j = 0; j < bound; j += LANES) {
                FloatVector part = FloatVector.fromArray(FLOATS, x, j);
                long at = first + 4L * j;
                a = FloatVector.fromMemorySegment(FLOATS, w, at, LITTLE_ENDIAN).fma(part, a);
                b = FloatVector.fromMemorySegment(FLOATS, w, at + apart, LITTLE_ENDIAN)
                        .fma(part, b);
                c = FloatVector.fromMemorySegment(FLOATS, w, at + 2 * apart, LITTLE_ENDIAN)
                        .fma(part, c);
                d = FloatVector.fromMemorySegment(FLOATS, w, at + 3 * apart, LITTLE_ENDIAN)
                        .fma(part, d);
            }
            y[row] = a.reduceLanes(ADD);
            y[row + quarter] = b.reduceLanes(ADD);
            y[row + 2 * quarter] = c.reduceLanes(ADD);
            y[row + 3 * quarter] = d.reduceLanes(ADD);
        }
        for (int i = from + 4 * quarter; i < to; i++) {
            FloatVector a = FloatVector.zero(FLOATS);
            for (int j = 0; j < bound; j += LANES) {
                a = FloatVector.fromMemorySegment(FLOATS, w, i * bytes + 4L * j, LITTLE_ENDIAN)
                        .fma(FloatVector.fromArray(FLOATS, x, j), a);
            }
            y[i] = a.reduceLanes(ADD);
        }
        for (int i = from; i < to && bound < columns; i++) {
            for (int j = bound; j < columns; j++) {
                y[i] += w.get(Float32Matrix.FLOAT, i * bytes + 4L * j) * x[j];
            }
        }
    }

    static void bfloat16(BFloat16Matrix matrix, Row x, float[] y, int from, int to) {
        MemorySegment w = matrix.data();
        int columns = matrix.columns();
        float[] even = x.even();
        float[] odd = x.odd();
        long bytes = 2L * columns;
        int bound = INTS.loopBound(columns / 2);
        int quarter = (to - from) / 4;
        long apart = quarter * bytes;
        for (int row = from; row < from + quarter; row++) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            long first = row * bytes;
            for (int j = 0; j < bound; j += LANES) {
                FloatVector lower = FloatVector.fromArray(FLOATS, even, j);
                FloatVector upper = FloatVector.fromArray(FLOATS, odd, j);
                long at = first + 4L * j;
                IntVector pairs = IntVector.fromMemorySegment(INTS, w, at, LITTLE_ENDIAN);
                a = upper(pairs).fma(upper, lower(pairs).fma(lower, a));
                pairs = IntVector.fromMemorySegment(INTS, w, at + apart, LITTLE_ENDIAN);
                b = upper(pairs).fma(upper, lower(pairs).fma(lower, b));
                pairs = IntVector.fromMemorySegment(INTS, w, at + 2 * apart, LITTLE_ENDIAN);
                c = upper(pairs).fma(upper, lower(pairs).fma(lower, c));
                pairs = IntVector.fromMemorySegment(INTS, w, at + 3 * apart, LITTLE_ENDIAN);
                d = upper(pairs).fma(upper, lower(pairs).fma(lower, d));
            }
            y[row] = a.reduceLanes(ADD);
            y[row + quarter] = b.reduceLanes(ADD);
            y[row + 2 * quarter] = c.reduceLanes(ADD);
            y[row + 3 * quarter] = d.reduceLanes(ADD);
        }
        for (int i = from + 4 * quarter; i < to; i++) {
            FloatVector a = FloatVector.zero(FLOATS);
            for (int j = 0; j < bound; j += LANES) {
                IntVector pairs = IntVector.fromMemorySegment(INTS, w, i * bytes + 4L * j, LITTLE_ENDIAN);
                a = upper(pairs)
                        .fma(
                                FloatVector.fromArray(FLOATS, odd, j),
                                lower(pairs).fma(FloatVector.fromArray(FLOATS, even, j), a));
            }
            y[i] = a.reduceLanes(ADD);
        }
        for (int i = from; i < to && 2 * bound < columns; i++) {
            for (int j = 2 * bound; j < columns; j++) {
                y[i] += matrix.at(i, j) * x.values()[j];
            }
        }
    }

    /// The weights at even places, which stand in lower halves.
    private static FloatVector lower(IntVector pairs) {
        return pairs.lanewise(LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector pairs) {
        return pairs.and(UPPER).reinterpretAsFloats();
    }
}
