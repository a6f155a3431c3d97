package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;

/// Drops control characters and makes every kind of white space a space, as Google's translation models expect.
public record Nmt() implements Normalizer {
    @Override
    public Rewriter build() {
        return Nmt::rewrite;
    }

    private static void rewrite(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        Text.Edit edit = text.edit();
        for (int i = 0; i < length; i++) {
            char c = chars[i];
            if (isDropped(c)) {
                edit.copyTo(i);
                edit.skipTo(i + 1);
            } else if (isSpace(c)) {
                edit.copyTo(i);
                edit.put(' ', 1);
            }
        }
        edit.finishWhole();
    }

    private static boolean isDropped(char c) {
        return c >= 0x01 && c <= 0x08 || c == 0x0B || c >= 0x0E && c <= 0x1F || c == 0x7F || c == 0x8F || c == 0x9F;
    }

    private static boolean isSpace(char c) {
        return switch (c) {
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
            default -> c >= 0x200B && c <= 0x200F;
        };
    }
}
