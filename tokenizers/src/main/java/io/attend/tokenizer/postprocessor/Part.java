package io.attend.tokenizer.postprocessor;

import java.util.List;

/// A part of an encoding: one of the texts, or special tokens between them.
public sealed interface Part {
    /// Which segment the part is said to belong to.
    int typeId();

    /// The tokens of a text.
    record Sequence(boolean second, int typeId) implements Part {}

    /// Special tokens.
    record Special(List<Integer> ids, int typeId) implements Part {}
}
