package io.attend.form;

/// What a whole text must look like.
public sealed interface Form permits JsonSchema, RegularExpression {
    /// The expression of all texts of this form.
    ///
    /// @throws IllegalArgumentException if it is not understood, saying where
    Expression expression();

    /// What tells, byte by byte of UTF-8, whether a text is of this form.
    ///
    /// @throws IllegalArgumentException if it is not understood, or too large
    default Automaton automaton() {
        return Automaton.of(expression());
    }
}
