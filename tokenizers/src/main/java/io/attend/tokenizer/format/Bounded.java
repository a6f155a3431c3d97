package io.attend.tokenizer.format;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.text.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Function;

/// A cursor over little-endian bytes that never reads beyond them and never believes a length. What is wrong
/// becomes the exception its owner chose, naming the byte.
public final class Bounded {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final Function<String, RuntimeException> fault;
    private final long offset;
    private long at;

    Bounded(MemorySegment bytes, String source) {
        this(bytes, fault -> new TokenizerException(source + ": " + fault));
    }

    /// @param fault makes the exception of `at byte 7: what is wrong there`
    public Bounded(MemorySegment bytes, Function<String, RuntimeException> fault) {
        this(bytes, fault, 0);
    }

    /// `offset`: where in the file the bytes begin.
    private Bounded(MemorySegment bytes, Function<String, RuntimeException> fault, long offset) {
        this.bytes = bytes;
        this.fault = fault;
        this.offset = offset;
    }

    /// Where in the file the next byte is.
    public long position() {
        return offset + at;
    }

    /// How many bytes are left.
    public long left() {
        return bytes.byteSize() - at;
    }

    /// A byte, from 0 to 255.
    public int u8() {
        need(1, "a byte");
        return bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
    }

    /// 4 bytes.
    public int i32() {
        need(4, "4 bytes");
        at += 4;
        return bytes.get(INT, at - 4);
    }

    /// 8 bytes.
    public long i64() {
        need(8, "8 bytes");
        at += 8;
        return bytes.get(LONG, at - 8);
    }

    /// A varint of at most 10 bytes.
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw fail("a varint of more than 10 bytes");
    }

    /// The next `length` bytes as a cursor of their own.
    Bounded slice(long length) {
        need(length, "a field");
        Bounded slice = new Bounded(bytes.asSlice(at, length), fault, offset + at);
        at += length;
        return slice;
    }

    byte[] bytes(long length) {
        need(length, "a field");
        if (length > 1 << 28) {
            throw fail("a field of " + length + " bytes; at most " + (1 << 28) + " are read");
        }
        byte[] copy = bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        at += length;
        return copy;
    }

    /// A text of `length` bytes, at most 2^28.
    public String utf8(long length) {
        byte[] bytes = bytes(length);
        return Bytes.utf8(bytes, bytes.length)
                .orElseThrow(() -> fail("a string of " + length + " bytes ends that is no UTF-8"));
    }

    /// A second cursor at the same place.
    Bounded copy() {
        Bounded copy = new Bounded(bytes, fault, offset);
        copy.at = at;
        return copy;
    }

    /// The next `length` bytes, not copied.
    MemorySegment view(long length) {
        need(length, "a field");
        at += length;
        return bytes.asSlice(at - length, length);
    }

    /// Passes over `length` bytes.
    public void skip(long length) {
        need(length, "a field");
        at += length;
    }

    /// An error at this place.
    public RuntimeException fail(String what) {
        return fault.apply("at byte " + position() + ": " + what);
    }

    private void need(long length, String what) {
        if (length < 0 || length > left()) {
            throw fail(what + " of " + (length < 0 ? Long.toUnsignedString(length) : Long.toString(length))
                    + " bytes, but only " + left() + " are left");
        }
    }
}
