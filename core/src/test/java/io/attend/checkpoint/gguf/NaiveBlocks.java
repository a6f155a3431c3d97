package io.attend.checkpoint.gguf;

/// One element out of blocks, straight from the published layouts, bit by bit, in float64: the fields of a
/// block are strings of bits, numbered from the lowest bit of its first byte.
final class NaiveBlocks {
    private final byte[] bytes;
    private final int start;

    private NaiveBlocks(byte[] bytes, int start) {
        this.bytes = bytes;
        this.start = start;
    }

    static double element(String label, byte[] bytes, int i) {
        int elements = label.startsWith("F") || label.startsWith("BF") ? 1 : label.endsWith("K") ? 256 : 32;
        int size = switch (label) {
            case "F32" -> 4;
            case "F16", "BF16" -> 2;
            case "Q4_0" -> 18;
            case "Q4_1" -> 20;
            case "Q5_0" -> 22;
            case "Q5_1" -> 24;
            case "Q8_0" -> 34;
            case "Q2_K" -> 16 + 64 + 4;
            case "Q3_K" -> 32 + 64 + 12 + 2;
            case "Q4_K" -> 4 + 12 + 128;
            case "Q5_K" -> 4 + 12 + 32 + 128;
            case "Q6_K" -> 128 + 64 + 16 + 2;
            default -> throw new AssertionError(label);
        };
        return new NaiveBlocks(bytes, i / elements * size).element(label, i % elements);
    }

    private double element(String label, int i) {
        return switch (label) {
            case "F32" -> Float.intBitsToFloat((int) bits(0, 32));
            case "F16" -> half(0);
            case "BF16" -> Float.intBitsToFloat((int) bits(0, 16) << 16);
            case "Q8_0" -> half(0) * signed(2 + i);
            case "Q4_0" -> half(0) * (nibbles(2, i) - 8);
            case "Q4_1" -> half(0) * nibbles(4, i) + half(2);
            case "Q5_0" -> half(0) * (nibbles(6, i) + 16 * bits(8 * 2 + i, 1) - 16);
            case "Q5_1" -> half(0) * (nibbles(8, i) + 16 * bits(8 * 4 + i, 1)) + half(2);
            case "Q2_K" -> {
                long scale = bits(8 * (i / 16), 4);
                long offset = bits(8 * (i / 16) + 4, 4);
                yield half(80) * scale * pairs(16, i) - half(82) * offset;
            }
            case "Q3_K" -> {
                int part = i / 16;
                long low = bits(8 * (96 + part % 8) + (part < 8 ? 0 : 4), 4);
                long high = bits(8 * (104 + part % 4) + 2 * (part / 4), 2);
                long third = bits(8 * (i % 32) + i / 32, 1);
                yield half(108) * (low + 16 * high - 32) * (pairs(32, i) + 4 * third - 4);
            }
            case "Q4_K" ->
                half(0) * scale(i / 32) * bits(8 * (16 + i / 64 * 32 + i % 32) + 4 * (i / 32 % 2), 4)
                        - half(2) * offset(i / 32);
            case "Q5_K" -> {
                long fifth = bits(8 * (16 + i % 32) + i / 32, 1);
                long lower = bits(8 * (48 + i / 64 * 32 + i % 32) + 4 * (i / 32 % 2), 4);
                yield half(0) * scale(i / 32) * (lower + 16 * fifth) - half(2) * offset(i / 32);
            }
            case "Q6_K" -> {
                int half = i / 128;
                int inHalf = i % 128;
                long lower = bits(8 * (64 * half + inHalf % 64) + (inHalf < 64 ? 0 : 4), 4);
                long upper = bits(8 * (128 + 32 * half + inHalf % 32) + 2 * (inHalf / 32), 2);
                yield half(208) * signed(192 + i / 16) * (lower + 16 * upper - 32);
            }
            default -> throw new AssertionError(label);
        };
    }

    /// Elements 0-15 in the lower halves of 16 bytes, 16-31 in the upper.
    private long nibbles(int at, int i) {
        return bits(8 * (at + i % 16) + (i < 16 ? 0 : 4), 4);
    }

    /// Pairs of bits: each half of 128 elements in 32 bytes, four rows of 32 over one another.
    private long pairs(int at, int i) {
        return bits(8 * (at + i / 128 * 32 + i % 32) + 2 * (i % 128 / 32), 2);
    }

    private long scale(int part) {
        return part < 4 ? bits(8 * (4 + part), 6) : bits(8 * (8 + part), 4) + 16 * bits(8 * part + 6, 2);
    }

    private long offset(int part) {
        return part < 4 ? bits(8 * (8 + part), 6) : bits(8 * (8 + part) + 4, 4) + 16 * bits(8 * (4 + part) + 6, 2);
    }

    private long signed(int at) {
        return bytes[start + at];
    }

    /// (-1)^s 2^(e-15) (1 + f / 1024); below the smallest exponent without the 1.
    private double half(int at) {
        long bits = bits(8 * at, 16);
        long fraction = bits & 1023;
        long exponent = bits >> 10 & 31;
        double sign = bits >> 15 == 0 ? 1 : -1;
        if (exponent == 31) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * fraction * Math.pow(2, -24)
                : sign * (1024 + fraction) * Math.pow(2, exponent - 25);
    }

    private long bits(int from, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            int bit = bytes[start + (from + i) / 8] >> (from + i) % 8 & 1;
            value |= (long) bit << i;
        }
        return value;
    }
}
