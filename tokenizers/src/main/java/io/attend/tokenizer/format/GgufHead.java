package io.attend.tokenizer.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The keys and values at the head of a GGUF file, version 2 or 3; only those of the tokenizer are kept.
final class GgufHead {
    private static final int MAGIC = 0x46554747;
    private static final int MOST_KEYS = 1 << 16;

    private final Map<String, Object> values = new HashMap<>();

    private GgufHead() {}

    static GgufHead read(Bounded file) {
        int magic = file.left() < 4 ? 0 : file.i32();
        if (magic != MAGIC) {
            throw file.fail("does not begin with GGUF");
        }
        int version = file.i32();
        if (version != 2 && version != 3) {
            throw file.fail("GGUF version " + version + "; known: 2 and 3");
        }
        file.i64();
        long keys = file.i64();
        if (keys < 0 || keys > MOST_KEYS) {
            throw file.fail(Long.toUnsignedString(keys) + " keys; at most " + MOST_KEYS + " are read");
        }
        GgufHead head = new GgufHead();
        for (long i = 0; i < keys; i++) {
            String key = file.utf8(file.i64());
            boolean kept = key.startsWith("tokenizer.") || key.equals("general.name");
            Object value = value(file, file.i32(), kept, true);
            if (kept) {
                head.values.put(key, value);
            }
        }
        return head;
    }

    /// A value of a type; nothing of it is kept unless `kept`.
    private static Object value(Bounded file, int type, boolean kept, boolean arrays) {
        return switch (type) {
            case 0 -> file.u8();
            case 1 -> (int) (byte) file.u8();
            case 2 -> file.u8() | file.u8() << 8;
            case 3 -> (int) (short) (file.u8() | file.u8() << 8);
            case 4, 5 -> file.i32();
            case 6 -> Float.intBitsToFloat(file.i32());
            case 7 -> file.u8() != 0;
            case 8 -> {
                long length = file.i64();
                if (kept) {
                    yield file.utf8(length);
                }
                file.skip(length);
                yield "";
            }
            case 9 -> {
                if (!arrays) {
                    throw file.fail("an array of arrays");
                }
                int element = file.i32();
                long count = file.i64();
                if (count < 0 || count > file.left()) {
                    throw file.fail(
                            "an array of " + Long.toUnsignedString(count) + " values in " + file.left() + " bytes");
                }
                List<Object> list = new ArrayList<>();
                for (long i = 0; i < count; i++) {
                    Object value = value(file, element, kept, false);
                    if (kept) {
                        list.add(value);
                    }
                }
                yield list;
            }
            case 10, 11 -> file.i64();
            case 12 -> Double.longBitsToDouble(file.i64());
            default -> throw file.fail("a value of type " + type + "; known: 0 to 12");
        };
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Optional<String> string(String key) {
        return get(key, String.class);
    }

    Optional<Boolean> flag(String key) {
        return get(key, Boolean.class);
    }

    OptionalInt integer(String key) {
        return get(key, Integer.class).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    List<String> strings(String key) {
        return list(key, String.class);
    }

    int[] ints(String key) {
        return list(key, Integer.class).stream().mapToInt(Integer::intValue).toArray();
    }

    float[] floats(String key) {
        List<Float> list = list(key, Float.class);
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = list.get(i);
        }
        return floats;
    }

    /// The bytes of an array; none if there is no such key.
    byte[] bytes(String key) {
        if (!has(key)) {
            return new byte[0];
        }
        List<Integer> list = list(key, Integer.class);
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = list.get(i).byteValue();
        }
        return bytes;
    }

    private <T> Optional<T> get(String key, Class<T> type) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    key + " is a " + value.getClass().getSimpleName() + "; expected a " + type.getSimpleName());
        }
        return Optional.of(type.cast(value));
    }

    private <T> List<T> list(String key, Class<T> type) {
        List<?> list = get(key, List.class).orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
        List<T> typed = new ArrayList<>(list.size());
        for (Object value : list) {
            if (!type.isInstance(value)) {
                throw new IllegalArgumentException(key + "[" + typed.size() + "] is a "
                        + value.getClass().getSimpleName() + "; expected a " + type.getSimpleName());
            }
            typed.add(type.cast(value));
        }
        return typed;
    }
}
