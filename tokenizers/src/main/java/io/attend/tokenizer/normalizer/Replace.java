package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Pattern;
import io.attend.tokenizer.text.Text;

/// Replaces a pattern by a string, everywhere.
public record Replace(Pattern pattern, String content) implements Normalizer {
    @Override
    public Rewriter build() {
        if (pattern instanceof Pattern.Literal(String from) && from.length() == 1 && content.length() == 1) {
            return text -> swap(text, from.charAt(0), content.charAt(0));
        }
        Pattern.Finder finder = pattern.finder();
        int[] replacement = content.codePoints().toArray();
        return text -> {
            Text.Edit edit = text.edit();
            finder.find(text.chars(), 0, text.length(), (start, end) -> {
                edit.copyTo(start);
                edit.skipTo(end);
                for (int codePoint : replacement) {
                    edit.insert(codePoint);
                }
            });
            edit.finishWhole();
        };
    }

    private static void swap(Text text, char from, char to) {
        char[] chars = text.chars();
        for (int i = 0; i < text.length(); i++) {
            if (chars[i] == from) {
                chars[i] = to;
            }
        }
    }
}
