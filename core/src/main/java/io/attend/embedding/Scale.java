package io.attend.embedding;

/// What a token's vector is multiplied by before its position is added.
public enum Scale {
    ONE,
    /// √E, as in the 2017 Transformer: a table that also scores words is small, and its vectors must not
    /// drown in the positions.
    SQUARE_ROOT_OF_WIDTH,
    /// √E rounded to the element type of the weights before it multiplies, as Gemma has it: 48 for a width of
    /// 2,304, but 45.25 instead of 45.2548 for 2,048 in bfloat16.
    ROUNDED_SQUARE_ROOT_OF_WIDTH
}
