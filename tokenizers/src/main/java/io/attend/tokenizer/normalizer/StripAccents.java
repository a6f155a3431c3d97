package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;

/// Drops combining marks; after a decomposition, accents.
public record StripAccents() implements Normalizer {
    @Override
    public Rewriter build() {
        return StripAccents::rewrite;
    }

    private static void rewrite(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        Text.Edit edit = text.edit();
        for (int i = 0; i < length; i++) {
            int codePoint = Character.codePointAt(chars, i, length);
            int units = Character.charCount(codePoint);
            if ((CharacterClass.of(codePoint) & CharacterClass.MARK) != 0) {
                edit.copyTo(i);
                edit.skipTo(i + units);
            }
            i += units - 1;
        }
        edit.finishWhole();
    }
}
