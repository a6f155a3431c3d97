package io.attend.embedding;

/// What a token's vector is multiplied by before its position is added.
public enum Scale {
    ONE,
    /// √E, as in the 2017 Transformer: a table that also scores words is small, and its vectors must not drown in
    /// the positions.
    SQUARE_ROOT_OF_WIDTH
}
