package io.attend.head;

/// What a head's main output is about.
public enum Gives {
    /// Scores of words at each position [B, T, V].
    WORDS,
    /// Scores of labels of a whole text [B, labels].
    LABELS,
    /// Scores of labels of each position [B, T, labels].
    TAGS,
    /// Whether each word was replaced by another.
    REPLACEMENTS,
    /// Where an answer begins and ends [B, T, 2].
    SPANS,
    /// Vectors of positions [B, T, E], or of texts [B, E].
    VECTORS
}
