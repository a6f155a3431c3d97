package io.attend.data;

import io.attend.value.Source;

/// A shuffle of 0 ... n − 1 that is nowhere written down: where each number goes is computed when it is asked,
/// however many there are.
///
/// A Feistel network of [#ROUNDS] rounds on as many bits as n needs, keyed by the seed; what falls outside is
/// sent through again until it falls inside, at most four times on average.
@Source(paper = "Ciphers with Arbitrary Finite Domains", reference = "Black and Rogaway, CT-RSA 2002")
final class Permutation {
    private static final int ROUNDS = 6;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long count;
    private final long seed;
    private final int half;
    private final long mask;

    Permutation(long count, long seed) {
        this.count = count;
        this.seed = seed;
        this.half = Math.max(1, (64 - Long.numberOfLeadingZeros(Math.max(1, count - 1)) + 1) / 2);
        this.mask = (1L << half) - 1;
    }

    /// What stands at a place of the shuffle.
    long at(long place) {
        long number = place;
        do {
            long left = number >>> half;
            long right = number & mask;
            for (int round = 0; round < ROUNDS; round++) {
                long next = left ^ mix(seed + round * GOLDEN + mix(right)) & mask;
                left = right;
                right = next;
            }
            number = left << half | right;
        } while (number >= count);
        return number;
    }

    /// Stafford's mixer 13, as in [java.util.SplittableRandom].
    private static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
        return b ^ b >>> 31;
    }
}
