package io.attend.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// How fast this machine's memory can be read: a kernel that does nothing else. What a product with one vector
/// is to be held against.
public final class Bandwidth {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 9;
    private static final long PART = 1 << 20;

    private static volatile long seen;

    private Bandwidth() {}

    /// Bytes a second, the most of nine rounds over `bytes` of memory, which should be much more than the
    /// caches hold.
    public static double measured(long bytes, int threads) {
        if (!Vectors.available()) {
            throw new IllegalStateException(
                    "memory is measured by vectors; start Java with --add-modules" + " jdk.incubator.vector");
        }
        Pool.common().use(threads);
        double best = 0;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(bytes / PART * PART, 64);
            for (long at = 0; at < memory.byteSize(); at += 4096) { // pages that were never written are one page
                memory.set(ValueLayout.JAVA_BYTE, at, (byte) at);
            }
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                Pool.common().run((int) (memory.byteSize() / PART), part -> seen = read(memory, part * PART));
                best = Math.max(best, memory.byteSize() / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }

    private static long read(MemorySegment memory, long from) {
        int lanes = LONGS.vectorByteSize();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        for (long at = from; at < from + PART; at += 2L * lanes) {
            a = a.lanewise(VectorOperators.XOR, LongVector.fromMemorySegment(LONGS, memory, at, LITTLE_ENDIAN));
            b = b.lanewise(VectorOperators.XOR, LongVector.fromMemorySegment(LONGS, memory, at + lanes, LITTLE_ENDIAN));
        }
        return a.lanewise(VectorOperators.XOR, b).reduceLanes(VectorOperators.ADD);
    }
}
