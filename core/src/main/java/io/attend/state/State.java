package io.attend.state;

import io.attend.tensor.Tensor;

/// What one layer remembers between the steps of a generation. A model never holds any: a session does, one for
/// each place in the model, so that many sessions share one set of weights.
public sealed interface State extends AutoCloseable permits KeyValueState, RecurrentState, SegmentState {
    /// How many positions it remembers.
    long length();

    /// Bytes of what it remembers; room kept for more does not count.
    long bytes();

    /// Keeps the given rows of the batch, in that order; a row may be taken several times. Rows [B'] of int64.
    void select(Tensor rows);

    @Override
    void close();
}
