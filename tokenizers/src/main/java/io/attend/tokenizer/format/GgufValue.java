package io.attend.tokenizer.format;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.attend.tokenizer.text.Bytes;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One value of a GGUF file's metadata: a number, a flag, a text, or an array of one of these.
///
/// It holds the bytes as the file has them and reads them when asked, so an array costs nothing until then.
/// Whole numbers are read alike whatever their width, as are the two widths of real numbers; 64 unsigned bits
/// are given as the `long` of the same bits.
public final class GgufValue {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Type type;
    private final boolean array;
    private final long count;
    private final MemorySegment bytes;

    private GgufValue(Type type, boolean array, long count, MemorySegment bytes) {
        this.type = type;
        this.array = array;
        this.count = count;
        this.bytes = bytes;
    }

    /// What a value, or each element of an array, is. The order is the file format's.
    public enum Type {
        UINT8(1),
        INT8(1),
        UINT16(2),
        INT16(2),
        UINT32(4),
        INT32(4),
        FLOAT32(4),
        BOOL(1),
        STRING(0),
        ARRAY(0),
        UINT64(8),
        INT64(8),
        FLOAT64(8);

        private final int width;

        Type(int width) {
            this.width = width;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A value of a whole-number type; the higher bits of `value` are dropped.
    public static GgufValue of(Type type, long value) {
        check(type, isWhole(type), "whole numbers");
        return new GgufValue(
                type, false, 1, MemorySegment.ofArray(littleEndian(value)).asSlice(0, type.width));
    }

    public static GgufValue of(float value) {
        return new GgufValue(
                Type.FLOAT32,
                false,
                1,
                MemorySegment.ofArray(littleEndian(Float.floatToRawIntBits(value)))
                        .asSlice(0, 4));
    }

    public static GgufValue of(double value) {
        return new GgufValue(
                Type.FLOAT64, false, 1, MemorySegment.ofArray(littleEndian(Double.doubleToRawLongBits(value))));
    }

    public static GgufValue of(boolean value) {
        return new GgufValue(Type.BOOL, false, 1, MemorySegment.ofArray(new byte[] {(byte) (value ? 1 : 0)}));
    }

    public static GgufValue of(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, value);
        return new GgufValue(Type.STRING, false, 1, MemorySegment.ofArray(bytes.toByteArray()));
    }

    public static GgufValue of(List<String> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        values.forEach(value -> write(bytes, value));
        return new GgufValue(Type.STRING, true, values.size(), MemorySegment.ofArray(bytes.toByteArray()));
    }

    /// An array of a whole-number type, or of flags as 0 and 1.
    public static GgufValue of(Type type, long... values) {
        check(type, isWhole(type) || type == Type.BOOL, "whole numbers");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (long value : values) {
            bytes.write(littleEndian(type == Type.BOOL && value != 0 ? 1 : value), 0, type.width);
        }
        return new GgufValue(type, true, values.length, MemorySegment.ofArray(bytes.toByteArray()));
    }

    /// An array of a real type.
    public static GgufValue of(Type type, double... values) {
        check(type, type == Type.FLOAT32 || type == Type.FLOAT64, "real numbers");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (double value : values) {
            bytes.write(
                    littleEndian(
                            type == Type.FLOAT64
                                    ? Double.doubleToRawLongBits(value)
                                    : Float.floatToRawIntBits((float) value)),
                    0,
                    type.width);
        }
        return new GgufValue(type, true, values.length, MemorySegment.ofArray(bytes.toByteArray()));
    }

    /// Reads a value; of an array only the bounds are looked at.
    static GgufValue read(Bounded file) {
        Type type = type(file);
        if (type != Type.ARRAY) {
            return new GgufValue(type, false, 1, view(file, type, 1));
        }
        Type element = type(file);
        if (element == Type.ARRAY) {
            throw file.fail("an array of arrays");
        }
        long count = file.i64();
        if (count < 0 || count > file.left() / Math.max(1, element.width)) {
            throw file.fail("an array of " + Long.toUnsignedString(count) + " values in " + file.left() + " bytes");
        }
        return new GgufValue(element, true, count, view(file, element, count));
    }

    /// Appends the value as a file has it.
    @SuppressWarnings("EnumOrdinal") // the order is the file format's
    public void write(ByteArrayOutputStream out) {
        if (array) {
            out.write(littleEndian(Type.ARRAY.ordinal()), 0, 4);
        }
        out.write(littleEndian(type.ordinal()), 0, 4);
        if (array) {
            out.writeBytes(littleEndian(count));
        }
        out.writeBytes(bytes.toArray(JAVA_BYTE));
    }

    /// What the value is, or each element of the array.
    public Type type() {
        return type;
    }

    public boolean isArray() {
        return array;
    }

    /// How many elements an array has; 1 for a single value.
    public long count() {
        return count;
    }

    /// @throws IllegalArgumentException if it is none
    public long integer() {
        require(!array && isWhole(type), "a whole number");
        return whole(0);
    }

    /// Any number.
    ///
    /// @throws IllegalArgumentException if it is none
    public double number() {
        require(!array && (isWhole(type) || isReal(type)), "a number");
        return isWhole(type) ? whole(0) : real(0);
    }

    /// @throws IllegalArgumentException if it is none
    public boolean flag() {
        require(!array && type == Type.BOOL, "a bool");
        return bytes.get(JAVA_BYTE, 0) != 0;
    }

    /// @throws IllegalArgumentException if it is none, or not UTF-8
    public String text() {
        require(!array && type == Type.STRING, "a string");
        return text(0);
    }

    /// @throws IllegalArgumentException if it is no such array
    public long[] integers() {
        require(array && isWhole(type), "an array of whole numbers");
        long[] values = new long[length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = whole(i);
        }
        return values;
    }

    /// @throws IllegalArgumentException if it is no such array
    public float[] floats() {
        require(array && isReal(type), "an array of real numbers");
        float[] values = new float[length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) real(i);
        }
        return values;
    }

    /// @throws IllegalArgumentException if it is no such array, or one is not UTF-8
    public List<String> texts() {
        require(array && type == Type.STRING, "an array of strings");
        List<String> texts = new ArrayList<>(length());
        long at = 0;
        for (long i = 0; i < count; i++) {
            texts.add(text(at));
            at += Long.BYTES + bytes.get(LONG, at);
        }
        return texts;
    }

    /// As the file would have it.
    @Override
    public boolean equals(Object other) {
        return other instanceof GgufValue value
                && type == value.type
                && array == value.array
                && count == value.count
                && bytes.mismatch(value.bytes) == -1;
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Long.hashCode(bytes.byteSize());
    }

    /// `3`, `"gpt2"`, `32000 x string`
    @Override
    public String toString() {
        return array
                ? count + " x " + type
                : switch (type) {
                    case STRING -> "\"" + text() + "\"";
                    case BOOL -> String.valueOf(flag());
                    case FLOAT32 -> String.valueOf((float) real(0));
                    case FLOAT64 -> String.valueOf(real(0));
                    case UINT64 -> Long.toUnsignedString(whole(0));
                    default -> String.valueOf(whole(0));
                };
    }

    private static Type type(Bounded file) {
        int code = file.i32();
        if (code < 0 || code >= Type.values().length) {
            throw file.fail("a value of type " + Integer.toUnsignedString(code) + "; known: 0 to 12");
        }
        return Type.values()[code];
    }

    private static MemorySegment view(Bounded file, Type type, long count) {
        if (type != Type.STRING) {
            MemorySegment view = file.view(count * type.width);
            for (long i = 0; type == Type.BOOL && i < count; i++) {
                if (view.get(JAVA_BYTE, i) >>> 1 != 0) {
                    throw file.fail("a bool of " + (view.get(JAVA_BYTE, i) & 0xff) + "; it is 0 or 1");
                }
            }
            return view;
        }
        Bounded strings = file.copy();
        long start = strings.left();
        for (long i = 0; i < count; i++) {
            strings.skip(strings.i64());
        }
        return file.view(start - strings.left());
    }

    private long whole(int index) {
        return switch (type) {
            case UINT8 -> bytes.get(JAVA_BYTE, index) & 0xffL;
            case INT8 -> bytes.get(JAVA_BYTE, index);
            case UINT16 -> bytes.get(SHORT, 2L * index) & 0xffffL;
            case INT16 -> bytes.get(SHORT, 2L * index);
            case UINT32 -> bytes.get(INT, 4L * index) & 0xffffffffL;
            case INT32 -> bytes.get(INT, 4L * index);
            default -> bytes.get(LONG, 8L * index);
        };
    }

    private double real(int index) {
        return type == Type.FLOAT32
                ? Float.intBitsToFloat(bytes.get(INT, 4L * index))
                : Double.longBitsToDouble(bytes.get(LONG, 8L * index));
    }

    private String text(long at) {
        long length = bytes.get(LONG, at);
        if (length > 1 << 28) {
            throw new IllegalArgumentException(
                    "is a string of " + length + " bytes; at most " + (1 << 28) + " are read");
        }
        byte[] text = bytes.asSlice(at + Long.BYTES, length).toArray(JAVA_BYTE);
        return Bytes.utf8(text, text.length)
                .orElseThrow(
                        () -> new IllegalArgumentException("holds a string of " + length + " bytes that is not UTF-8"));
    }

    private int length() {
        if (count > 1 << 28) {
            throw new IllegalArgumentException("has " + count + " elements; at most " + (1 << 28) + " are read");
        }
        return (int) count;
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("is " + (array ? "an array of " : "a ") + type + "; expected " + what);
        }
    }

    private static void check(Type type, boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(type + " is no type of " + what);
        }
    }

    private static boolean isWhole(Type type) {
        return switch (type) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    private static boolean isReal(Type type) {
        return type == Type.FLOAT32 || type == Type.FLOAT64;
    }

    private static void write(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(littleEndian(utf8.length));
        out.writeBytes(utf8);
    }

    private static byte[] littleEndian(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
