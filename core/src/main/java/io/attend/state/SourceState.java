package io.attend.state;

import io.attend.tensor.Tensor;

/// The keys and values of a source that was read once, [B, K, S, D] each. A text may go on or back: they stay.
public final class SourceState implements State {
    private final KeyValueState read;

    public SourceState() {
        this(new KeyValueState());
    }

    private SourceState(KeyValueState read) {
        this.read = read;
    }

    /// Remembers the whole source.
    public void read(Tensor keys, Tensor values) {
        read.append(keys, values);
    }

    @Override
    public long length() {
        return read.length();
    }

    @Override
    public long bytes() {
        return read.bytes();
    }

    public Tensor keys() {
        return read.keys();
    }

    public Tensor values() {
        return read.values();
    }

    @Override
    public void select(Tensor rows) {
        read.select(rows);
    }

    @Override
    public void truncate(long length) {}

    @Override
    public SourceState fork() {
        return new SourceState(read.fork());
    }

    @Override
    public SourceState beside(State other) {
        if (!(other instanceof SourceState more)) {
            throw State.notAlike(this, other);
        }
        return new SourceState(read.beside(more.read));
    }

    @Override
    public void close() {
        read.close();
    }
}
