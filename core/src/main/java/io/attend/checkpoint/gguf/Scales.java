package io.attend.checkpoint.gguf;

/// Eight scales and eight offsets of 6 bits in 12 bytes, as [Q4K] and [Q5K] have them.
///
///     bytes 0-3    scale of part 0-3; above it the upper two bits of the scale of part 4-7
///     bytes 4-7    offset of part 0-3; above it the upper two bits of the offset of part 4-7
///     bytes 8-11   the lower four bits of the scale of part 4-7; above them those of its offset
final class Scales {
    private Scales() {}

    static int scale(byte[] bytes, int at, int part) {
        return part < 4 ? bytes[at + part] & 63 : bytes[at + 4 + part] & 15 | (bytes[at + part - 4] >>> 6 & 3) << 4;
    }

    static int offset(byte[] bytes, int at, int part) {
        return part < 4
                ? bytes[at + 4 + part] & 63
                : bytes[at + 4 + part] >>> 4 & 15 | (bytes[at + part] >>> 6 & 3) << 4;
    }
}
