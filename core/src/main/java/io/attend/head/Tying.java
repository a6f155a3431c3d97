package io.attend.head;

/// Whose numbers a product of a head has.
public enum Tying {
    /// Those of the table of words.
    TIED,
    /// Its own.
    OWN
}
