package io.attend.tokenizer.model;

import io.attend.tokenizer.text.Tokens;

/// A model at work: it cuts one piece after another into tokens. It keeps scratch space and a cache of words,
/// so each thread has its own; all share the model's tables.
@FunctionalInterface
public interface Segmenter {
    /// Adds the tokens of `chars[start, end)` to `out`, placed within `chars`.
    void segment(char[] chars, int start, int end, Tokens out);
}
