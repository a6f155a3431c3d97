package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;

/// A row is a text: a [Document].
///
///     {"text": "To be, or not to be"}
///
/// @param text the field that holds it
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record TextField(@Default("\"text\"") String text) implements Fields {
    public static final TextField EXAMPLE = new TextField("text");

    @Override
    public Document example(Row row) {
        return new Document(row.text(text));
    }
}
