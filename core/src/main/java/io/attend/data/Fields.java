package io.attend.data;

/// Which fields of a row make an example, and of what kind.
public sealed interface Fields permits LabeledFields, PairFields, TextField {
    /// The example of a row.
    ///
    /// @throws IllegalArgumentException naming the row and the field that does not hold what it should
    Example example(Row row);
}
