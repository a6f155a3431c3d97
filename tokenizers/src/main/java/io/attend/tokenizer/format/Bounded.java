package io.attend.tokenizer.format;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.text.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A cursor over little-endian bytes that never reads beyond them and never believes a length.
final class Bounded {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String source;
    private final long offset;
    private long at;

    Bounded(MemorySegment bytes, String source) {
        this(bytes, source, 0);
    }

    /// `offset`: where in the file the bytes begin.
    private Bounded(MemorySegment bytes, String source, long offset) {
        this.bytes = bytes;
        this.source = source;
        this.offset = offset;
    }

    long left() {
        return bytes.byteSize() - at;
    }

    int u8() {
        need(1, "a byte");
        return bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
    }

    int i32() {
        need(4, "4 bytes");
        at += 4;
        return bytes.get(INT, at - 4);
    }

    long i64() {
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
        Bounded slice = new Bounded(bytes.asSlice(at, length), source, offset + at);
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

    String utf8(long length) {
        byte[] bytes = bytes(length);
        return Bytes.utf8(bytes, bytes.length)
                .orElseThrow(() -> fail("a string of " + length + " bytes ends that is no UTF-8"));
    }

    void skip(long length) {
        need(length, "a field");
        at += length;
    }

    /// An error at this place.
    TokenizerException fail(String what) {
        return new TokenizerException(source + ": at byte " + (offset + at) + ": " + what);
    }

    private void need(long length, String what) {
        if (length < 0 || length > left()) {
            throw fail(what + " of " + (length < 0 ? Long.toUnsignedString(length) : Long.toString(length))
                    + " bytes, but only " + left() + " are left");
        }
    }
}
