package io.attend.state;

import io.attend.tensor.Tensor;

/// What one layer remembers between the steps of a generation. A model never holds any: a session does, one for
/// each place in the model, so that many sessions share one set of weights.
public sealed interface State extends AutoCloseable
        permits KeyValueState, RecurrentState, SegmentState, SourceState {
    /// How many positions it remembers.
    long length();

    /// Bytes of what it remembers; room kept for more does not count.
    long bytes();

    /// Keeps the given rows of the batch, in that order; a row may be taken several times. Rows [B'] of int64.
    void select(Tensor rows);

    /// Forgets the positions of the text from `length` on, as if they had never come.
    ///
    /// @throws IllegalArgumentException if that is more than it remembers, or it has been handed on and what
    ///     was before is gone
    void truncate(long length);

    /// Another that remembers the same and goes on by itself.
    State fork();

    /// A new one with the rows of this and below them those of another. The shorter has zeros in front, which
    /// the session's padding hides.
    State beside(State other);

    @Override
    void close();

    /// Refuses to forget what was never remembered.
    static void checkShorter(long wanted, long length) {
        if (wanted < 0 || wanted > length) {
            throw new IllegalArgumentException(
                    length + " positions are remembered and cannot be cut to " + wanted);
        }
    }

    /// Why rows of different states cannot stand in one batch.
    static IllegalArgumentException notAlike(State one, State other) {
        return new IllegalArgumentException("texts of one batch must be of one model: one remembers a "
                + one.getClass().getSimpleName() + " where the other has a "
                + other.getClass().getSimpleName());
    }
}
