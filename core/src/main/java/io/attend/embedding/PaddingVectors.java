package io.attend.embedding;

/// What a padding position enters a stack as.
public enum PaddingVectors {
    /// As any other: attention does not look at it.
    KEPT,
    /// As zeros, as DeBERTa has it.
    ZEROED
}
