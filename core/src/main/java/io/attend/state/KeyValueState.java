package io.attend.state;

import io.attend.tensor.Tensor;

/// The keys and values of every position so far, [B, K, S, D] each: 2·K·D numbers a token and layer. Keys may
/// be of another size than values.
///
/// A [Cache] says how they are kept: unless another is asked for, in room that grows by doubling. The element
/// type and device are those of the first keys appended.
public final class KeyValueState implements State {
    private final Room keys;
    private final Room values;

    public KeyValueState() {
        this(GrowingCache.EXAMPLE);
    }

    public KeyValueState(Cache cache) {
        this(cache.room(), cache.room());
    }

    private KeyValueState(Room keys, Room values) {
        this.keys = keys;
        this.values = values;
    }

    @Override
    public long length() {
        return keys.length();
    }

    @Override
    public long bytes() {
        return keys.bytes() + values.bytes();
    }

    /// Remembers keys and values [B, K, T, D] behind those remembered so far.
    ///
    /// @throws IllegalArgumentException if B, K or D are not those of what is remembered, or there is no room
    public void append(Tensor newKeys, Tensor newValues) {
        keys.append(newKeys);
        values.append(newValues);
    }

    /// All keys so far [B, K, S, D]; a view, where the cache keeps numbers as they come.
    public Tensor keys() {
        return keys.all();
    }

    /// All values so far [B, K, S, D].
    public Tensor values() {
        return values.all();
    }

    @Override
    public void select(Tensor rows) {
        keys.select(rows);
        values.select(rows);
    }

    @Override
    public void truncate(long length) {
        State.checkShorter(length, length());
        keys.truncate(length);
        values.truncate(length);
    }

    @Override
    public KeyValueState fork() {
        return new KeyValueState(keys.fork(), values.fork());
    }

    @Override
    public KeyValueState beside(State other) {
        if (!(other instanceof KeyValueState more)) {
            throw State.notAlike(this, other);
        }
        return new KeyValueState(keys.beside(more.keys), values.beside(more.values));
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
