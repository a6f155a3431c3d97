package io.attend.tokenizer.pretokenizer;

/// What cuts a text into the pieces a model sees.
public sealed interface PreTokenizer
        permits BertPreTokenizer,
                ByteLevel,
                CharDelimiterSplit,
                Digits,
                FixedLength,
                Metaspace,
                Punctuation,
                Sequence,
                Split,
                UnicodeScripts,
                Whitespace,
                WhitespaceSplit {
    /// The rule with its tables, safe for all threads.
    Splitter build();

    /// Whether the rule asks where in the input a piece lies.
    default boolean needsPlaces() {
        return false;
    }
}
