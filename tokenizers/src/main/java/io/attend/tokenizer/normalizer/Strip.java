package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.CharacterClass;

/// Drops white space at the ends of a text.
public record Strip(boolean stripLeft, boolean stripRight) implements Normalizer {
    @Override
    public Rewriter build() {
        return text -> {
            char[] chars = text.chars();
            int start = 0;
            int end = text.length();
            while (stripLeft && start < end && CharacterClass.isSpace(chars[start])) {
                start++;
            }
            while (stripRight && end > start && CharacterClass.isSpace(chars[end - 1])) {
                end--;
            }
            if (start > 0 || end < text.length()) {
                var edit = text.edit();
                edit.skipTo(start);
                edit.copyTo(end);
                edit.finish();
                text.whole();
            }
        };
    }
}
