package io.attend.tokenizer.normalizer;

/// Puts a string before a text that is not empty.
public record Prepend(String prepend) implements Normalizer {
    @Override
    public Rewriter build() {
        return text -> {
            if (text.length() > 0) {
                var edit = text.edit();
                prepend.codePoints().forEach(edit::insertBefore);
                edit.finishWhole();
            }
        };
    }
}
