package io.attend.checkpoint.gguf;

/// 5 bits: 32 whole numbers and a scale.
///
///     w = d (q - 16)
///
/// Block: d (float16), the fifth bits of q (4 bytes, bit j of q j), the lower four (16 bytes; byte j holds
/// those of j low and of j + 16 high).
public record Q50() implements BlockFormat {
    public static final Q50 EXAMPLE = new Q50();

    @Override
    public int code() {
        return 6;
    }

    @Override
    public String label() {
        return "Q5_0";
    }

    @Override
    public int elements() {
        return 32;
    }

    @Override
    public int bytes() {
        return 22;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int in = 22 * block;
            int out = 32 * block;
            float d = Bits.half(from, in);
            int fifth = Bits.word(from, in + 2);
            for (int i = 0; i < 16; i++) {
                int pair = from[in + 6 + i];
                to[out + i] = ((pair & 15 | (fifth >>> i & 1) << 4) - 16) * d;
                to[out + 16 + i] = ((pair >>> 4 & 15 | (fifth >>> i + 16 & 1) << 4) - 16) * d;
            }
        }
    }
}
