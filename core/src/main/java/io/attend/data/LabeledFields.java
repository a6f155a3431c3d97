package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;

/// A row is a text and what it is: a [Labeled].
///
///     {"text": "a gripping film", "label": 1}
///
/// @param text the field of the text
/// @param label the field of what it is; a number is a label by its digits
@Source(
        paper = "Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank",
        reference = "Socher et al., EMNLP 2013")
public record LabeledFields(
        @Default("\"text\"") String text,
        @Default("\"label\"") String label) implements Fields {
    public static final LabeledFields EXAMPLE = new LabeledFields("sentence", "label");

    @Override
    public Labeled example(Row row) {
        String name = row.text(label).strip();
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    row.place() + ": field \"" + label + "\" is empty; it must say what the text is");
        }
        return new Labeled(row.text(text), name);
    }
}
