package io.attend.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/// Products with quantised matrices by the processor's vectors, of 256 or 512 bits: two rows at a time, one of
/// each half of the rows asked for. The memory then has two long streams to run ahead of; with two neighbours
/// at a time, whose rows are short and take turns, it fell to half the speed.
final class BlockProducts {
    private static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();

    /// Whether the processor's vectors are wide enough.
    static final boolean WIDE = BITS >= 256;

    private static final boolean WIDEST = BITS >= 512;
    private static final VectorSpecies<Float> FLOATS = WIDEST ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> INTS = WIDEST ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
    private static final VectorSpecies<Byte> EIGHTS = WIDEST ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final VectorSpecies<Byte> PAIRS = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
    private static final int LANES = FLOATS.length();

    /// Every number of 16 bits as one of 32: reading it is quicker than computing it.
    private static final float[] HALVES = halves();

    private BlockProducts() {}

    private static float[] halves() {
        float[] all = new float[1 << 16];
        for (int bits = 0; bits < all.length; bits++) {
            all[bits] = Float.float16ToFloat((short) bits);
        }
        return all;
    }

    private static float half(MemorySegment w, long at) {
        return HALVES[w.get(BFloat16Matrix.SHORT, at) & 0xffff];
    }

    // ---- Q8_0 ----

    static void q80(Q80Matrix matrix, float[] x, float[] y, int from, int to) {
        MemorySegment w = matrix.data();
        int columns = matrix.columns();
        long bytes = matrix.columns() / 32 * (long) Q80Matrix.BYTES;
        int half = (to - from) / 2;
        long apart = half * bytes;
        for (int row = from; row < from + half; row++) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            long at = row * bytes;
            for (int j = 0; j < columns; j += 32, at += Q80Matrix.BYTES) {
                a = eights(w, at + 2, x, j).fma(FloatVector.broadcast(FLOATS, half(w, at)), a);
                b = eights(w, at + apart + 2, x, j).fma(FloatVector.broadcast(FLOATS, half(w, at + apart)), b);
            }
            y[row] = a.reduceLanes(ADD);
            y[row + half] = b.reduceLanes(ADD);
        }
        if (from + 2 * half < to) {
            int row = to - 1;
            FloatVector a = FloatVector.zero(FLOATS);
            long at = row * bytes;
            for (int j = 0; j < columns; j += 32, at += Q80Matrix.BYTES) {
                a = eights(w, at + 2, x, j).fma(FloatVector.broadcast(FLOATS, half(w, at)), a);
            }
            y[row] = a.reduceLanes(ADD);
        }
    }

    /// Sums, one a lane, of 32 whole numbers times those of x.
    private static FloatVector eights(MemorySegment w, long at, float[] x, int j) {
        FloatVector sums = eight(w, at).mul(FloatVector.fromArray(FLOATS, x, j));
        sums = eight(w, at + LANES).fma(FloatVector.fromArray(FLOATS, x, j + LANES), sums);
        if (!WIDEST) {
            sums = eight(w, at + 16).fma(FloatVector.fromArray(FLOATS, x, j + 16), sums);
            sums = eight(w, at + 24).fma(FloatVector.fromArray(FLOATS, x, j + 24), sums);
        }
        return sums;
    }

    private static FloatVector eight(MemorySegment w, long at) {
        IntVector whole = (IntVector)
                ByteVector.fromMemorySegment(EIGHTS, w, at, LITTLE_ENDIAN).convertShape(B2I, INTS, 0);
        return (FloatVector) whole.convert(I2F, 0);
    }

    // ---- Q4_0 ----

    static void q40(Q40Matrix matrix, Row x, float[] y, int from, int to) {
        MemorySegment w = matrix.data();
        short[] low = x.low();
        short[] high = x.high();
        short[] offsets = x.offsets();
        float[] steps = x.steps();
        int blocks = matrix.columns() / 32;
        long bytes = blocks * (long) Q40Matrix.BYTES;
        int half = (to - from) / 2;
        long apart = half * bytes;
        for (int row = from; row < from + half; row++) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            long at = row * bytes;
            for (int block = 0; block < blocks; block++, at += Q40Matrix.BYTES) {
                float step = steps[block];
                a = fours(w, at + 2, low, high, offsets, 16 * block)
                        .fma(FloatVector.broadcast(FLOATS, step * half(w, at)), a);
                b = fours(w, at + apart + 2, low, high, offsets, 16 * block)
                        .fma(FloatVector.broadcast(FLOATS, step * half(w, at + apart)), b);
            }
            y[row] = a.reduceLanes(ADD);
            y[row + half] = b.reduceLanes(ADD);
        }
        if (from + 2 * half < to) {
            int row = to - 1;
            FloatVector a = FloatVector.zero(FLOATS);
            long at = row * bytes;
            for (int block = 0; block < blocks; block++, at += Q40Matrix.BYTES) {
                a = fours(w, at + 2, low, high, offsets, 16 * block)
                        .fma(FloatVector.broadcast(FLOATS, steps[block] * half(w, at)), a);
            }
            y[row] = a.reduceLanes(ADD);
        }
    }

    /// Sums, one a lane, of 32 weights minus 8 times whole numbers; see [Row#pair].
    private static FloatVector fours(MemorySegment w, long at, short[] low, short[] high, short[] offsets, int j) {
        ShortVector pairs = (ShortVector)
                ByteVector.fromMemorySegment(PAIRS, w, at, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2S, SHORTS, 0);
        ShortVector sums = pairs.mul(ShortVector.fromArray(SHORTS, low, j))
                .add(pairs.lanewise(LSHR, 4).mul(ShortVector.fromArray(SHORTS, high, j)))
                .add(ShortVector.fromArray(SHORTS, offsets, j));
        return floats(sums);
    }

    /// 16 whole numbers as floating-point ones; where there are only 8 lanes, sums of two.
    private static FloatVector floats(ShortVector shorts) {
        IntVector whole = (IntVector) shorts.convertShape(S2I, INTS, 0);
        if (!WIDEST) {
            whole = whole.add((IntVector) shorts.convertShape(S2I, INTS, 1));
        }
        return (FloatVector) whole.convert(I2F, 0);
    }

    // ---- Q4_K ----

    static void q4k(Q4KMatrix matrix, Row x, float[] y, int from, int to) {
        MemorySegment w = matrix.data();
        int blocks = matrix.columns() / Q4KMatrix.BLOCK;
        long bytes = blocks * (long) Q4KMatrix.BYTES;
        float[] steps = x.steps();
        float[] sums = x.sums();
        for (int row = from; row < to; row++) {
            FloatVector a = FloatVector.zero(FLOATS);
            float offsets = 0;
            for (int block = 0; block < blocks; block++) {
                long at = row * bytes + block * (long) Q4KMatrix.BYTES;
                float scale = half(w, at);
                float offset = 0;
                for (int part = 0; part < 8; part += 2) {
                    int first = block * 8 + part;
                    long quarters = at + 16 + 16L * part;
                    a = quarter(w, quarters, x.rounded(), first * 32, false)
                            .fma(FloatVector.broadcast(FLOATS, scale * matrix.scale(at, part) * steps[first]), a);
                    a = quarter(w, quarters, x.rounded(), first * 32 + 32, true)
                            .fma(
                                    FloatVector.broadcast(
                                            FLOATS, scale * matrix.scale(at, part + 1) * steps[first + 1]),
                                    a);
                    offset += matrix.offset(at, part) * sums[first] + matrix.offset(at, part + 1) * sums[first + 1];
                }
                offsets += half(w, at + 2) * offset;
            }
            y[row] = a.reduceLanes(ADD) - offsets;
        }
    }

    /// Sums, one a lane, of 32 weights in the lower or upper halves of 32 bytes times whole numbers.
    private static FloatVector quarter(MemorySegment w, long at, short[] x, int j, boolean upper) {
        ShortVector first = nibbles(w, at, upper).mul(ShortVector.fromArray(SHORTS, x, j));
        ShortVector second = nibbles(w, at + 16, upper).mul(ShortVector.fromArray(SHORTS, x, j + 16));
        return floats(first.add(second));
    }

    private static ShortVector nibbles(MemorySegment w, long at, boolean upper) {
        ShortVector bytes = (ShortVector)
                ByteVector.fromMemorySegment(PAIRS, w, at, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2S, SHORTS, 0);
        return upper ? bytes.lanewise(LSHR, 4) : bytes.and((short) 15);
    }
}
