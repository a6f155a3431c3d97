package io.attend.data;

import java.util.List;

/// A text: an example for a model that writes or fills in text.
public record Document(String text) implements Example {
    @Override
    public List<String> texts() {
        return List.of(text);
    }
}
