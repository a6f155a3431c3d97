package io.attend.layer;

import io.attend.kernel.Row;

/// What a layer does to the vector of one token of one text, in plain memory and without the engine: the same
/// numbers as [Layer#forward] gives, but for the last bits. At a token a time the engine's calls cost more than
/// the work of a small model, and its products read weights several times slower than the memory gives them.
@FunctionalInterface
public interface RowStep {
    /// x → y, which may be the same where both are of one length.
    void apply(Row x, Row y);

    /// y = x
    RowStep NONE = (x, y) -> y.copyFrom(x);
}
