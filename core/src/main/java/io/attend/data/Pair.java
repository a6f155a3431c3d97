package io.attend.data;

import java.util.List;

/// A text and the text it should become: one example for a model that reads one and writes the other.
public record Pair(String source, String target) implements Example {
    @Override
    public List<String> texts() {
        return List.of(source, target);
    }
}
