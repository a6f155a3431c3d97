package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;

/// A row is a text and what it should become: a [Pair].
///
///     {"source": "a man sleeps", "target": "ein Mann schläft"}
///
/// Hugging Face's translations lie as `{"translation": {"en": ..., "de": ...}}`: the fields `translation.en`
/// and `translation.de`.
///
/// @param source the field of the text that is read
/// @param target the field of the text that is written
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record PairFields(
        @Default("\"source\"") String source,
        @Default("\"target\"") String target) implements Fields {
    public static final PairFields EXAMPLE = new PairFields("translation.en", "translation.de");

    @Override
    public Pair example(Row row) {
        return new Pair(row.text(source), row.text(target));
    }
}
