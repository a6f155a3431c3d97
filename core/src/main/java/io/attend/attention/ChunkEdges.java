package io.attend.attention;

/// What the chunks at the ends of a text look at where they would look past an end.
public enum ChunkEdges {
    /// Nothing.
    CUT,
    /// The chunks of the other end, as in Hugging Face's Reformer: a text's result then depends on its padding.
    WRAPPED
}
