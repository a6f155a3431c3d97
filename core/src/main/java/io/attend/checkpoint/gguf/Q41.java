package io.attend.checkpoint.gguf;

/// 4 bits: 32 whole numbers, a scale and a smallest value.
///
///     w = d q + m
///
/// Block: d, m (float16), q (16 bytes; byte j holds q of j low and of j + 16 high).
public record Q41() implements BlockFormat {
    public static final Q41 EXAMPLE = new Q41();

    @Override
    public int code() {
        return 3;
    }

    @Override
    public String label() {
        return "Q4_1";
    }

    @Override
    public int elements() {
        return 32;
    }

    @Override
    public int bytes() {
        return 20;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 20 * block;
            int out = 32 * block;
            float d = Bits.half(from, in);
            float m = Bits.half(from, in + 2);
            for (int i = 0; i < 16; i++) {
                int pair = from[in + 4 + i];
                to[out + i] = (pair & 15) * d + m;
                to[out + 16 + i] = (pair >>> 4 & 15) * d + m;
            }
        }
    }
}
