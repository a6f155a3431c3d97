package io.attend.data;

/// One thing to learn from.
public sealed interface Example permits Document, Labeled, MappedTokens, Pair, Question, Series, Tagged, Transcribed {
    /// Every text in it, for a vocabulary to be learned from.
    Iterable<String> texts();
}
