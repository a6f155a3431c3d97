package io.attend.checkpoint.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// GGUF files built from the published description of the format, with nothing of our own writer in them.
final class HandMadeGguf {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static HandMadeGguf head(int version, long tensors, long keys) {
        return new HandMadeGguf().text("GGUF").i32(version).i64(tensors).i64(keys);
    }

    /// Two keys; a 2 x 3 matrix of float32 at offset 0, a vector of 32 in Q8_0 at offset 32; numbered bytes.
    static byte[] small() {
        return head(3, 2, 2)
                .key("general.architecture", 8)
                .string("llama")
                .key("x.list", 9)
                .i32(5)
                .i64(2)
                .i32(-7)
                .i32(11)
                .tensor("a.weight", 0, 0, 3, 2)
                .tensor("b", 8, 32, 32)
                .padTo(32)
                .data(24)
                .padTo(32)
                .data(34)
                .bytes();
    }

    HandMadeGguf i32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    HandMadeGguf i64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    HandMadeGguf text(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    HandMadeGguf hex(String hex) {
        out.writeBytes(HexFormat.of().parseHex(hex));
        return this;
    }

    HandMadeGguf string(String text) {
        return i64(text.getBytes(StandardCharsets.UTF_8).length).text(text);
    }

    HandMadeGguf key(String key, int type) {
        return string(key).i32(type);
    }

    /// `dimensions`: innermost first, as the file has them.
    HandMadeGguf tensor(String name, int format, long offset, long... dimensions) {
        string(name).i32(dimensions.length);
        for (long dimension : dimensions) {
            i64(dimension);
        }
        return i32(format).i64(offset);
    }

    HandMadeGguf padTo(int alignment) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
        return this;
    }

    /// Bytes numbered 0, 1, 2, ...
    HandMadeGguf data(int count) {
        for (int i = 0; i < count; i++) {
            out.write(i);
        }
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
