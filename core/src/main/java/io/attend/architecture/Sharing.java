package io.attend.architecture;

/// Whether the repetitions of a segment have weights of their own.
public enum Sharing {
    SEPARATE,
    /// All repetitions use the weights of the first, as ALBERT and the Universal Transformer do.
    SHARED
}
