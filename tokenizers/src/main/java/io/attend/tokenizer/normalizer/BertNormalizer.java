package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;
import java.text.Normalizer.Form;
import java.util.Optional;

/// The cleaning BERT was trained with: control characters are dropped and white space becomes a space
/// (`cleanText`), Chinese characters stand alone, accents are dropped (by default when lowercasing), capitals
/// are lowered.
///
/// Nearly every character becomes one other whatever stands beside it, so a table does all steps in one pass;
/// the few that do not send the text through the steps one by one.
public record BertNormalizer(
        boolean cleanText, boolean handleChineseChars, Optional<Boolean> stripAccents, boolean lowercase)
        implements io.attend.tokenizer.normalizer.Normalizer {

    static final BertNormalizer DEFAULT = new BertNormalizer(true, true, Optional.empty(), true);

    private static final char DROPPED = 0xD800;
    private static final char CHINESE = 0xD801;
    private static final char SPECIAL = 0xD802;

    @Override
    public Rewriter build() {
        char[] table = new char[0x10000];
        for (int c = 0; c < table.length; c++) {
            table[c] = entry((char) c);
        }
        return text -> rewrite(text, table);
    }

    private boolean stripping() {
        return stripAccents.orElse(lowercase);
    }

    private char entry(char c) {
        if (cleanText) {
            if (isRemoved(c)) {
                return DROPPED;
            }
            if (isSpace(c)) {
                return ' ';
            }
        }
        if (Character.isSurrogate(c) || c >= 0xAC00 && c < 0xD7A4 && stripping()) {
            return SPECIAL;
        }
        String mapped = Character.toString(c);
        if (stripping()) {
            mapped = java.text.Normalizer.normalize(mapped, Form.NFD);
            if (CombiningClass.of(c) != 0) {
                return isAccent(c) && mapped.length() == 1 ? DROPPED : SPECIAL;
            }
            mapped = mapped.codePoints()
                    .filter(p -> !isAccent(p))
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            if (mapped.isEmpty()) {
                return DROPPED;
            }
        }
        if (mapped.length() != 1) {
            return SPECIAL;
        }
        char lowered = lowercase ? Character.toLowerCase(mapped.charAt(0)) : mapped.charAt(0);
        if (lowercase && mapped.charAt(0) == 'İ') {
            return SPECIAL;
        }
        if (handleChineseChars && isChinese(c)) {
            return lowered == c ? CHINESE : SPECIAL;
        }
        return lowered;
    }

    private void rewrite(Text text, char[] table) {
        char[] chars = text.chars();
        int length = text.length();
        int i = 0;
        while (i < length) {
            char mapped = table[chars[i]];
            if (Character.isHighSurrogate(mapped)) {
                break;
            }
            chars[i++] = mapped;
        }
        if (i == length) {
            return;
        }
        for (int j = i; j < length; j++) {
            if (table[chars[j]] == SPECIAL) {
                int codePoint = Character.codePointAt(chars, j, length);
                if (isEntangled(codePoint)) {
                    steps(text);
                    return;
                }
                j += Character.charCount(codePoint) - 1;
            }
        }
        Text.Edit edit = text.edit();
        edit.copyTo(i);
        for (; i < length; i++) {
            char mapped = table[chars[i]];
            if (mapped == DROPPED) {
                edit.skipTo(i + 1);
            } else if (mapped == CHINESE) {
                isolate(edit, chars[i], 1);
            } else if (mapped == SPECIAL) {
                int codePoint = Character.codePointAt(chars, i, length);
                alone(edit, codePoint);
                i += Character.charCount(codePoint) - 1;
            } else {
                edit.put(mapped, 1);
            }
        }
        edit.finishWhole();
    }

    /// Whether what becomes of a special code point depends on its neighbours, or is more than [#alone] knows.
    private boolean isEntangled(int codePoint) {
        if (codePoint < 0x10000) {
            return !(stripping() && codePoint >= 0xAC00 && codePoint < 0xD7A4);
        }
        return stripping()
                && (codePoint < 0x1F000 || codePoint > 0x1FFFF)
                && (CombiningClass.of(codePoint) != 0
                        || !java.text.Normalizer.isNormalized(Character.toString(codePoint), Form.NFD));
    }

    /// Puts a Hangul syllable as its letters, or a supplementary code point that does not decompose.
    private void alone(Text.Edit edit, int codePoint) {
        if (codePoint < 0x10000) {
            int index = codePoint - 0xAC00;
            edit.put(0x1100 + index / 588, 1);
            edit.insert(0x1161 + index % 588 / 28);
            if (index % 28 > 0) {
                edit.insert(0x11A7 + index % 28);
            }
        } else if (cleanText && isRemoved(codePoint) || stripping() && isAccent(codePoint)) {
            edit.skipTo(edit.at() + 2);
        } else if (handleChineseChars && isChinese(codePoint)) {
            isolate(edit, codePoint, 2);
        } else {
            edit.put(lowercase ? Character.toLowerCase(codePoint) : codePoint, 2);
        }
    }

    private void steps(Text text) {
        if (cleanText) {
            clean(text);
        }
        if (handleChineseChars) {
            isolateChinese(text);
        }
        if (stripping()) {
            new UnicodeForm(Form.NFD).rewrite(text);
            dropAccents(text);
        }
        if (lowercase) {
            Lowercase.rewrite(text);
        }
    }

    private static void clean(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        Text.Edit edit = text.edit();
        for (int i = 0; i < length; ) {
            int codePoint = Character.codePointAt(chars, i, length);
            int next = i + Character.charCount(codePoint);
            if (isRemoved(codePoint)) {
                edit.skipTo(next);
            } else if (isSpace(codePoint)) {
                edit.put(' ', 1);
            } else {
                edit.copyTo(next);
            }
            i = next;
        }
        edit.finishWhole();
    }

    private static void isolateChinese(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        Text.Edit edit = text.edit();
        for (int i = 0; i < length; ) {
            int codePoint = Character.codePointAt(chars, i, length);
            int next = i + Character.charCount(codePoint);
            if (isChinese(codePoint)) {
                isolate(edit, codePoint, next - i);
            } else {
                edit.copyTo(next);
            }
            i = next;
        }
        edit.finishWhole();
    }

    private static void isolate(Text.Edit edit, int codePoint, int units) {
        edit.put(' ', units);
        edit.insert(codePoint);
        edit.insert(' ');
    }

    private static void dropAccents(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        Text.Edit edit = text.edit();
        for (int i = 0; i < length; ) {
            int codePoint = Character.codePointAt(chars, i, length);
            int next = i + Character.charCount(codePoint);
            if (isAccent(codePoint)) {
                edit.skipTo(next);
            } else {
                edit.copyTo(next);
            }
            i = next;
        }
        edit.finishWhole();
    }

    private static boolean isSpace(int codePoint) {
        return CharacterClass.isSpace(codePoint);
    }

    private static boolean isRemoved(int codePoint) {
        return switch (codePoint) {
            case '\t', '\n', '\r' -> false;
            case 0, 0xFFFD -> true;
            default ->
                switch (Character.getType(codePoint)) {
                    case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
                    default -> false;
                };
        };
    }

    private static boolean isAccent(int codePoint) {
        return Character.getType(codePoint) == Character.NON_SPACING_MARK;
    }

    private static boolean isChinese(int c) {
        return c >= 0x4E00 && c <= 0x9FFF
                || c >= 0x3400 && c <= 0x4DBF
                || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F
                || c >= 0x2B740 && c <= 0x2B81F
                || c >= 0x2B920 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0x2F800 && c <= 0x2FA1F;
    }
}
