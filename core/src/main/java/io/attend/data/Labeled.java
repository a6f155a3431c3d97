package io.attend.data;

import java.util.List;

/// A text and what it is: an example for a model that classifies.
public record Labeled(String text, String label) implements Example {
    @Override
    public List<String> texts() {
        return List.of(text);
    }
}
