package io.attend.tokenizer.normalizer;

/// What rewrites a text before it is cut.
public sealed interface Normalizer permits Lowercase {
    /// The rule with its tables, safe for all threads.
    Rewriter build();
}
