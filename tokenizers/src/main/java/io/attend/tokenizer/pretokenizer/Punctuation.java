package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.CharacterClass;

/// Cuts at punctuation marks: those of Unicode, and every ASCII character that is no letter, digit, space or
/// control.
public record Punctuation(Behavior behavior) implements PreTokenizer {
    static final Punctuation DEFAULT = new Punctuation(Behavior.ISOLATED);

    @Override
    public Splitter build() {
        return new Delimiters(Punctuation::isPunctuation, behavior);
    }

    static boolean isPunctuation(int codePoint) {
        return codePoint < 0x80
                ? codePoint > ' ' && codePoint < 0x7F && !Character.isLetterOrDigit(codePoint)
                : (CharacterClass.of(codePoint) & CharacterClass.PUNCTUATION) != 0;
    }
}
