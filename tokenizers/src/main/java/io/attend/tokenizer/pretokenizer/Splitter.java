package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Text;

/// A pre-tokenizer at work: it cuts each piece of a text into smaller ones. Safe for all threads.
@FunctionalInterface
public interface Splitter {
    void split(Text text);
}
