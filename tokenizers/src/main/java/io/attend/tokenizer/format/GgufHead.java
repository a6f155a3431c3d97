package io.attend.tokenizer.format;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// The head of a GGUF file, version 2 or 3: how many tensors follow, and named values.
///
///     4 bytes   GGUF
///     4 bytes   version
///     8 bytes   how many tensors
///     8 bytes   how many keys; then of each: key, type, value
///
/// Numbers are little-endian; a text is its length in 8 bytes, then UTF-8. Memory: in proportion to the keys,
/// not to what they hold.
public final class GgufHead {
    /// The first four bytes, as a little-endian number.
    public static final int MAGIC = 0x46554747;

    private static final int MOST_KEYS = 1 << 16;
    private static final int LONGEST_KEY = (1 << 16) - 1;

    private final int version;
    private final long tensors;
    private final Map<String, GgufValue> values = new LinkedHashMap<>();

    private GgufHead(int version, long tensors) {
        this.version = version;
        this.tensors = tensors;
    }

    /// The head that a file with these values and no tensors would have.
    static GgufHead of(Map<String, GgufValue> values) {
        GgufHead head = new GgufHead(3, 0);
        head.values.putAll(values);
        return head;
    }

    /// Reads the head and leaves `file` behind it.
    ///
    /// @throws RuntimeException as `file` makes it, if the head is damaged or not known
    public static GgufHead read(Bounded file) {
        int magic = file.left() < 4 ? 0 : file.i32();
        if (magic != MAGIC) {
            throw file.fail("does not begin with GGUF");
        }
        int version = file.i32();
        if (version != 2 && version != 3) {
            throw file.fail(
                    (version & 0xffff) == 0 && version != 0
                            ? "GGUF version " + Integer.reverseBytes(version)
                                    + ", big-endian; only little-endian files are read"
                            : "GGUF version " + Integer.toUnsignedString(version) + "; known: 2 and 3");
        }
        GgufHead head = new GgufHead(version, file.i64());
        long keys = file.i64();
        if (keys < 0 || keys > MOST_KEYS) {
            throw file.fail(Long.toUnsignedString(keys) + " keys; at most " + MOST_KEYS + " are read");
        }
        for (long i = 0; i < keys; i++) {
            long length = file.i64();
            if (length < 1 || length > LONGEST_KEY && length <= file.left()) {
                throw file.fail("a key of " + Long.toUnsignedString(length) + " bytes; it has 1 to " + LONGEST_KEY);
            }
            String key = file.utf8(length);
            if (head.values.put(key, GgufValue.read(file)) != null) {
                throw file.fail("the key " + key.substring(0, Math.min(200, key.length())) + " a second time");
            }
        }
        return head;
    }

    /// 2 or 3.
    public int version() {
        return version;
    }

    /// How many tensors the file says it has; not checked here.
    public long tensors() {
        return tensors;
    }

    /// By key, in the order of the file.
    public Map<String, GgufValue> values() {
        return Collections.unmodifiableMap(values);
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    /// @throws IllegalArgumentException if it is there and no string
    public Optional<String> string(String key) {
        return get(key, GgufValue::text);
    }

    /// @throws IllegalArgumentException if it is there and no flag
    public Optional<Boolean> flag(String key) {
        return get(key, GgufValue::flag);
    }

    /// @throws IllegalArgumentException if it is there and no whole number, or one too large
    public OptionalInt integer(String key) {
        Optional<Integer> value = get(key, v -> {
            long whole = v.integer();
            if (whole != (int) whole && whole != 0xffffffffL) { // an absent id is sometimes written as -1
                throw new IllegalArgumentException("is " + v + ", which is not below 2^31");
            }
            return (int) whole;
        });
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /// @throws IllegalArgumentException if it is there and no number
    public Optional<Double> number(String key) {
        return get(key, GgufValue::number);
    }

    /// @throws IllegalArgumentException if it is not there or no such array
    public List<String> strings(String key) {
        return array(key, GgufValue::texts);
    }

    /// @throws IllegalArgumentException if it is not there or no such array
    public int[] ints(String key) {
        long[] values = array(key, GgufValue::integers);
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) values[i];
        }
        return ints;
    }

    /// @throws IllegalArgumentException if it is not there or no such array
    public float[] floats(String key) {
        return array(key, GgufValue::floats);
    }

    /// The bytes of an array; none if there is no such key.
    ///
    /// @throws IllegalArgumentException if it is there and no such array
    public byte[] bytes(String key) {
        if (!has(key)) {
            return new byte[0];
        }
        long[] values = array(key, GgufValue::integers);
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private <T> T array(String key, Function<GgufValue, T> read) {
        return get(key, read).orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
    }

    private <T> Optional<T> get(String key, Function<GgufValue, T> read) {
        try {
            return Optional.ofNullable(values.get(key)).map(read);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " " + e.getMessage(), e);
        }
    }
}
