package io.attend.data;

/// A text and the text it should become: one example for a model that reads one and writes the other.
public record Pair(String source, String target) {}
