package io.attend.recurrence;

/// Which way a recurrence goes through a sequence.
public enum Direction {
    /// From the first position to the last, with as many hidden numbers as the width.
    FORWARD,
    /// Both ways at once, each with half of the width, side by side.
    BOTH
}
