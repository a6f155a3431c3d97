package io.attend.state;

import io.attend.tensor.Tensor;

/// Vectors [B, K, S, D] of all positions so far, as a [Cache] keeps them.
public sealed interface Room extends AutoCloseable permits QuantisedRoom, RollingRoom, TensorRoom {
    /// How many positions it holds.
    long length();

    /// Bytes of what it holds; room for more does not count.
    long bytes();

    /// Holds vectors [B, K, T, D] behind the others.
    ///
    /// @throws IllegalArgumentException if B, K or D are not those of what is held, or there is no room; what
    ///     is held is then as it was
    void append(Tensor vectors);

    /// Everything held [B, K, S, D], in the caller's lifetime; a view where the numbers are kept as they came.
    Tensor all();

    /// Keeps the given rows of the batch, in that order. Rows [B'] of int64.
    void select(Tensor rows);

    /// Forgets the positions from `length` on.
    void truncate(long length);

    /// Another with the same in it, which goes on by itself. Both use the same memory until one of them writes
    /// where the other has something.
    Room fork();

    /// A new one with the rows of this and below them those of another of the same kind; the shorter has zeros
    /// in front.
    Room beside(Room other);

    @Override
    void close();
}
