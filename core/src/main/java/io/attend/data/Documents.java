package io.attend.data;

/// What documents that share a window are to each other.
public enum Documents {
    /// One text: a token may look back into the document before its own.
    JOINED,
    /// Strangers: no token looks out of its own document, each of which begins at position 0, and none is asked
    /// for the first token of the next. The model's attention needs the mask `Document`.
    APART
}
