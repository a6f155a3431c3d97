package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;

/// Puts every code point in lower case, by the full mapping of Unicode without conditions: `İ` becomes two code
/// points.
public record Lowercase() implements Normalizer {
    @Override
    public Rewriter build() {
        return Lowercase::rewrite;
    }

    static void rewrite(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        int i = 0;
        while (i < length && chars[i] < 0x80) {
            char c = chars[i];
            if (c >= 'A' && c <= 'Z') {
                chars[i] = (char) (c + 0x20);
            }
            i++;
        }
        if (i == length) {
            return;
        }
        Text.Edit edit = text.edit();
        edit.copyTo(i);
        while (i < length) {
            int codePoint = Character.codePointAt(chars, i, length);
            int units = Character.charCount(codePoint);
            edit.put(Character.toLowerCase(codePoint), units);
            if (codePoint == 'İ') {
                edit.insert(0x307);
            }
            i += units;
        }
        edit.finishWhole();
    }
}
