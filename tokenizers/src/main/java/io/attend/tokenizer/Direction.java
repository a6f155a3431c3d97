package io.attend.tokenizer;

/// An end of a text, in reading order: left is its beginning.
public enum Direction {
    LEFT,
    RIGHT
}
