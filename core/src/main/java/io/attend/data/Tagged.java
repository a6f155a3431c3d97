package io.attend.data;

import java.util.List;

/// The words of a sentence and a tag of each: an example for a model that judges every word.
public record Tagged(List<String> words, List<String> tags) implements Example {
    public Tagged {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        if (words.isEmpty() || words.size() != tags.size()) {
            throw new IllegalArgumentException("a sentence of " + words.size() + " words has " + tags.size()
                    + " tags; there must be one of each, and at least one");
        }
    }

    @Override
    public List<String> texts() {
        return List.of(text());
    }

    /// The words with spaces between them.
    public String text() {
        return String.join(" ", words);
    }
}
