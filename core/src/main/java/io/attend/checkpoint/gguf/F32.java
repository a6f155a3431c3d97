package io.attend.checkpoint.gguf;

/// Numbers of 32 bits, IEEE 754.
public record F32() implements BlockFormat.Writable {
    public static final F32 EXAMPLE = new F32();

    @Override
    public int code() {
        return 0;
    }

    @Override
    public String label() {
        return "F32";
    }

    @Override
    public int elements() {
        return 1;
    }

    @Override
    public int bytes() {
        return 4;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            to[i] = Float.intBitsToFloat(Bits.word(from, 4 * i));
        }
    }

    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            Bits.word(to, 4 * i, Float.floatToRawIntBits(from[i]));
        }
    }
}
