package io.attend.tokenizer.pretokenizer;

/// Cuts at one code point and drops it.
public record CharDelimiterSplit(String delimiter) implements PreTokenizer {
    public CharDelimiterSplit {
        if (delimiter.codePointCount(0, delimiter.length()) != 1) {
            throw new IllegalArgumentException("delimiter is \"" + delimiter + "\"; expected one character");
        }
    }

    @Override
    public Splitter build() {
        int wanted = delimiter.codePointAt(0);
        return new Delimiters(c -> c == wanted, Behavior.REMOVED);
    }
}
