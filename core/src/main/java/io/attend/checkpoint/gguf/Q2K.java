package io.attend.checkpoint.gguf;

/// 2 bits: 16 parts of 16 whole numbers; each part has a scale and an offset of 4 bits.
///
///     w = d s q - e m
///
/// Block: s low and m high of each part (16 bytes), q (64 bytes; in each half of 128 elements, byte i of 32
/// holds q of i, i + 32, i + 64 and i + 96, lowest bits first), d, e (float16).
public record Q2K() implements BlockFormat {
    public static final Q2K EXAMPLE = new Q2K();

    @Override
    public int code() {
        return 10;
    }

    @Override
    public String label() {
        return "Q2_K";
    }

    @Override
    public int elements() {
        return 256;
    }

    @Override
    public int bytes() {
        return 84;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 84 * block;
            int out = 256 * block;
            float d = Bits.half(from, in + 80);
            float e = Bits.half(from, in + 82);
            for (int part = 0; part < 16; part++) {
                int scales = from[in + part];
                float scale = d * (scales & 15);
                float offset = e * (scales >>> 4 & 15);
                int bytes = in + 16 + 32 * (part / 8) + 16 * (part % 2);
                int shift = 2 * (part / 2 % 4);
                for (int i = 0; i < 16; i++) {
                    to[out + 16 * part + i] = scale * (from[bytes + i] >>> shift & 3) - offset;
                }
            }
        }
    }
}
