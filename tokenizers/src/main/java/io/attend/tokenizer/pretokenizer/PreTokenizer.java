package io.attend.tokenizer.pretokenizer;

/// What cuts a text into the pieces a model sees.
public sealed interface PreTokenizer permits WhitespaceSplit {
    /// The rule with its tables, safe for all threads.
    Splitter build();
}
