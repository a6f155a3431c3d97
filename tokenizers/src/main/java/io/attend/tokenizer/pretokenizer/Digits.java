package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.CharacterClass;

/// Cuts around numbers: around each digit when `individualDigits`, else around runs of them.
public record Digits(boolean individualDigits) implements PreTokenizer {
    static final Digits DEFAULT = new Digits(false);

    @Override
    public Splitter build() {
        return new Delimiters(
                c -> (CharacterClass.of(c) & CharacterClass.NUMBER) != 0,
                individualDigits ? Behavior.ISOLATED : Behavior.CONTIGUOUS);
    }
}
