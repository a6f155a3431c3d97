package io.attend.checkpoint.gguf;

/// 6 bits: 16 parts of 16 whole numbers; each part has a scale of 8 bits.
///
///     w = d s (q - 32)
///
/// Block: the lower four bits of q (128 bytes), the upper two (64 bytes), s (16 bytes, signed), d (float16).
/// In each half of 128 elements, byte i of 64 holds the lower bits of i low and of i + 64 high; byte i of 32
/// the upper bits of i, i + 32, i + 64 and i + 96, lowest first.
public record Q6K() implements BlockFormat {
    public static final Q6K EXAMPLE = new Q6K();

    @Override
    public int code() {
        return 14;
    }

    @Override
    public String label() {
        return "Q6_K";
    }

    @Override
    public int elements() {
        return 256;
    }

    @Override
    public int bytes() {
        return 210;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 210 * block;
            int out = 256 * block;
            float d = Bits.half(from, in + 208);
            for (int part = 0; part < 16; part++) {
                float scale = d * from[in + 192 + part];
                int quarter = part / 2 % 4;
                int lower = in + 64 * (part / 8) + 32 * (quarter % 2) + 16 * (part % 2);
                int upper = in + 128 + 32 * (part / 8) + 16 * (part % 2);
                int shift = 4 * (quarter / 2);
                for (int i = 0; i < 16; i++) {
                    int q = from[lower + i] >>> shift & 15 | (from[upper + i] >>> 2 * quarter & 3) << 4;
                    to[out + 16 * part + i] = scale * (q - 32);
                }
            }
        }
    }
}
