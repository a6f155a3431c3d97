package io.attend.data;

/// A row of a table: texts by the names of its fields.
public interface Row {
    /// Where the row stands, such as `train.jsonl, line 17`.
    String place();

    /// What a field holds, as text; a number or a truth value as it is written. A name with dots, as in
    /// `translation.en`, is a field within a field where there is none of the whole name.
    ///
    /// @throws IllegalArgumentException naming the place and the field, if there is none or it holds no text
    String text(String field);
}
