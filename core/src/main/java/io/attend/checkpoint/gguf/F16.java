package io.attend.checkpoint.gguf;

/// Numbers of 16 bits, IEEE 754: 5 of exponent, 10 of fraction. Encoding rounds to the nearest, ties to even.
public record F16() implements BlockFormat.Writable {
    public static final F16 EXAMPLE = new F16();

    @Override
    public int code() {
        return 1;
    }

    @Override
    public String label() {
        return "F16";
    }

    @Override
    public int elements() {
        return 1;
    }

    @Override
    public int bytes() {
        return 2;
    }

    @Override
    public void decode(byte[] from, float[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            to[i] = Bits.half(from, 2 * i);
        }
    }

    @Override
    public void encode(float[] from, byte[] to, int blocks) {
        for (int i = 0; i < blocks; i++) {
            Bits.half(to, 2 * i, from[i]);
        }
    }
}
