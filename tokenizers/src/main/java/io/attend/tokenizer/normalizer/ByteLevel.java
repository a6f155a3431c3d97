package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Bytes;

/// Replaces each character by those that stand for its UTF-8 bytes.
public record ByteLevel() implements Normalizer {
    @Override
    public Rewriter build() {
        return Bytes::map;
    }
}
