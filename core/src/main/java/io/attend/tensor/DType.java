package io.attend.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The element type of a tensor. The safetensors file format writes it as [#code].
public enum DType {
    FLOAT64("F64", 8),
    FLOAT32("F32", 4),
    BFLOAT16("BF16", 2),
    FLOAT16("F16", 2),
    INT64("I64", 8),
    INT32("I32", 4),
    INT16("I16", 2),
    INT8("I8", 1),
    UINT8("U8", 1),
    BOOL("BOOL", 1);

    private final String code;
    private final int bytes;

    DType(String code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /// The name safetensors uses: `F32`, `BF16`, `I64`, ...
    public String code() {
        return code;
    }

    /// Bytes of one element.
    public int bytes() {
        return bytes;
    }

    /// Whether elements are floating-point numbers, so that gradients exist.
    public boolean isFloating() {
        return this == FLOAT64 || this == FLOAT32 || this == BFLOAT16 || this == FLOAT16;
    }

    /// The type in which sums of many such numbers are kept: float32 for halves, the type itself otherwise.
    public DType widened() {
        return this == BFLOAT16 || this == FLOAT16 ? FLOAT32 : this;
    }

    /// The type whose safetensors name is `code`.
    ///
    /// @throws IllegalArgumentException naming the code and the known ones
    public static DType ofCode(String code) {
        return Arrays.stream(values())
                .filter(d -> d.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown element type " + code + "; known: "
                        + Arrays.stream(values()).map(DType::code).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
