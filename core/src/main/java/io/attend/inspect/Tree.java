package io.attend.inspect;

import io.attend.architecture.Architecture;

/// An architecture as an indented tree of text.
public final class Tree {
    private Tree() {}

    public static String of(Architecture architecture) {
        return architecture.toJson();
    }
}
