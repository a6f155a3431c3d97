package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;
import java.nio.charset.StandardCharsets;

/// What SentencePiece does to a text before its model sees it: the longest entry of the character map at each
/// place is replaced, runs of spaces become one and those at the ends go (`removeExtraWhitespaces`), a space is
/// put before (`addDummyPrefix`), and spaces are written `▁` (`escapeWhitespaces`).
///
/// Not a normalizer of Hugging Face's library, which has no exact equal; a tokenizer read from a `.model` needs
/// it.
public record SentencePiece(
        String precompiledCharsmap, boolean addDummyPrefix, boolean removeExtraWhitespaces, boolean escapeWhitespaces)
        implements Normalizer {

    private static final char SPACE = '▁';

    public SentencePiece {
        CharacterMap.ofBase64(precompiledCharsmap);
    }

    @Override
    public Rewriter build() {
        CharacterMap map = CharacterMap.ofBase64(precompiledCharsmap);
        boolean[] plain = new boolean[0x80];
        for (byte c = 1; c > 0 && c < 0x7F; c++) {
            plain[c] = map.match(new byte[] {c}, 0, 1, true) == CharacterMap.NONE;
        }
        return text -> {
            mapCharacters(text, map, plain);
            spaces(text);
        };
    }

    private static void mapCharacters(Text text, CharacterMap map, boolean[] plain) {
        char[] chars = text.chars();
        int length = text.length();
        int i = 0;
        while (i < length && chars[i] < 0x80 && plain[chars[i]]) {
            i++;
        }
        if (i == length) {
            return;
        }
        // An entry may begin with a plain character and go on with marks.
        i = Math.max(0, i - 1);
        byte[] utf8 = new String(chars, i, length - i).getBytes(StandardCharsets.UTF_8);
        Text.Edit edit = text.edit();
        edit.copyTo(i);
        for (int at = 0; at < utf8.length; ) {
            long match = map.match(utf8, at, utf8.length, true);
            int bytes = match == CharacterMap.NONE ? size(utf8[at]) : (int) match;
            if (match != CharacterMap.NONE) {
                String old = new String(utf8, at, bytes, StandardCharsets.UTF_8);
                Precompiled.replace(edit, old, map.replacement(match));
            } else {
                edit.copyTo(edit.at() + (bytes == 4 ? 2 : 1));
            }
            at += bytes;
        }
        edit.finishWhole();
    }

    /// How many bytes the UTF-8 of a code point has that begins with `first`.
    private static int size(byte first) {
        return first >= 0 ? 1 : first < (byte) 0xE0 ? 2 : first < (byte) 0xF0 ? 3 : 4;
    }

    private void spaces(Text text) {
        char[] chars = text.chars();
        int start = 0;
        int end = text.length();
        char space = escapeWhitespaces ? SPACE : ' ';
        if (removeExtraWhitespaces) {
            while (start < end && chars[start] == ' ') {
                start++;
            }
            while (end > start && (chars[end - 1] == ' ' || chars[end - 1] == space)) {
                end--;
            }
        }
        Text.Edit edit = text.edit();
        edit.skipTo(start);
        if (addDummyPrefix && start < text.length() && !(start == end && removeExtraWhitespaces)) {
            edit.insertBefore(space);
        }
        boolean previous = false;
        for (int i = start; i < end; i++) {
            if (chars[i] == ' ') {
                if (previous && removeExtraWhitespaces) {
                    edit.copyTo(i);
                    edit.skipTo(i + 1);
                } else {
                    edit.copyTo(i);
                    edit.put(space, 1);
                }
            }
            previous = chars[i] == ' ';
        }
        edit.copyTo(end);
        edit.finish();
        text.whole();
    }
}
