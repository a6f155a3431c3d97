package io.attend.layer;

/// Whether a projection or a norm adds a learned vector to its result.
public enum Bias {
    ADDED,
    NONE
}
