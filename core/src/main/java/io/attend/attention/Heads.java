package io.attend.attention;

import io.attend.layer.Parameters;
import java.util.OptionalInt;

/// How attention is split: `Heads.of(32)`, `Heads.of(32).sharing(8)`, `Heads.of(16).size(256)`.
///
/// @param count query heads H
/// @param keyValue key-value heads K, each shared by H / K query heads; as many as query heads if absent
/// @param size numbers a head, D; width / H if absent
public record Heads(int count, OptionalInt keyValue, OptionalInt size) {
    public Heads {
        if (count < 1) {
            throw new IllegalArgumentException("heads must be at least 1, not " + count);
        }
        int shared = keyValue.orElse(count);
        if (shared < 1) {
            throw new IllegalArgumentException("key-value heads must be at least 1, not " + shared);
        }
        if (count % shared != 0) {
            throw new IllegalArgumentException(count + " query heads cannot share " + shared + " key-value heads; "
                    + shared + " must divide " + count);
        }
        if (size.isPresent() && size.getAsInt() < 1) {
            throw new IllegalArgumentException("a head's size must be at least 1, not " + size.getAsInt());
        }
    }

    public static Heads of(int count) {
        return new Heads(count, OptionalInt.empty(), OptionalInt.empty());
    }

    public Heads sharing(int keyValueHeads) {
        return new Heads(count, OptionalInt.of(keyValueHeads), size);
    }

    public Heads size(int numbers) {
        return new Heads(count, keyValue, OptionalInt.of(numbers));
    }

    /// K.
    public int keyValueCount() {
        return keyValue.orElse(count);
    }

    /// D in a model of that width.
    ///
    /// @throws io.attend.layer.ArchitectureException if the heads cannot divide the width evenly, or are too
    ///     many
    int sizeIn(int width, Parameters parameters) {
        if (size.isEmpty() && width % count != 0) {
            throw parameters.refuse(count + " heads cannot divide width " + width
                    + " evenly; change one of them, or give the heads a size of their own");
        }
        int numbers = size.orElse(width / count);
        long all = (long) count * numbers;
        if (all > Integer.MAX_VALUE) {
            throw parameters.refuse(count + " heads of " + numbers + " numbers are " + all + " in all, more than "
                    + Integer.MAX_VALUE + "; use fewer or smaller heads");
        }
        return numbers;
    }
}
