package io.attend.checkpoint.gguf;

/// 5 bits: 32 whole numbers, a scale and a smallest value.
///
///     w = d q + m
///
/// Block: d, m (float16), the fifth bits of q (4 bytes, bit j of q j), the lower four (16 bytes; byte j holds
/// those of j low and of j + 16 high).
public record Q51() implements BlockFormat {
    public static final Q51 EXAMPLE = new Q51();

    @Override
    public int code() {
        return 7;
    }

    @Override
    public String label() {
        return "Q5_1";
    }

    @Override
    public int elements() {
        return 32;
    }

    @Override
    public int bytes() {
        return 24;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 24 * block;
            int out = 32 * block;
            float d = Bits.half(from, in);
            float m = Bits.half(from, in + 2);
            int fifth = Bits.word(from, in + 4);
            for (int i = 0; i < 16; i++) {
                int pair = from[in + 8 + i];
                to[out + i] = (pair & 15 | (fifth >>> i & 1) << 4) * d + m;
                to[out + 16 + i] = (pair >>> 4 & 15 | (fifth >>> i + 16 & 1) << 4) * d + m;
            }
        }
    }
}
