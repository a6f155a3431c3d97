package io.attend.checkpoint.gguf;

/// 3 bits: 16 parts of 16 whole numbers; each part has a scale of 6 bits.
///
///     w = d (s - 32) (q - 4)
///
/// Block: the third bits of q (32 bytes; bit k of byte i is that of element i + 32 k), the lower two (64
/// bytes; in each half of 128 elements, byte i of 32 holds those of i, i + 32, i + 64 and i + 96, lowest bits
/// first), s (12 bytes: the lower four bits of parts 0-7 low and of 8-15 high in the first 8, the upper two
/// of part p in byte 8 + p % 4 at bit 2 (p / 4)), d (float16).
public record Q3K() implements BlockFormat {
    public static final Q3K EXAMPLE = new Q3K();

    @Override
    public int code() {
        return 11;
    }

    @Override
    public String label() {
        return "Q3_K";
    }

    @Override
    public int elements() {
        return 256;
    }

    @Override
    public int bytes() {
        return 110;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 110 * block;
            int out = 256 * block;
            float d = Bits.half(from, in + 108);
            for (int part = 0; part < 16; part++) {
                int low = from[in + 96 + part % 8] >>> 4 * (part / 8) & 15;
                int high = from[in + 104 + part % 4] >>> 2 * (part / 4) & 3;
                float scale = d * ((low | high << 4) - 32);
                int bytes = in + 32 + 32 * (part / 8) + 16 * (part % 2);
                int thirds = in + 16 * (part % 2);
                int shift = 2 * (part / 2 % 4);
                for (int i = 0; i < 16; i++) {
                    int third = from[thirds + i] >>> part / 2 & 1;
                    to[out + 16 * part + i] = scale * ((from[bytes + i] >>> shift & 3) + 4 * third - 4);
                }
            }
        }
    }
}
