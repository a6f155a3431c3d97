package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.text.StringCharacterIterator;
import java.util.Locale;
import java.util.Optional;

/// The character map of a SentencePiece model (base64), applied as Hugging Face's library does: to graphemes of
/// less than six bytes whole, by their shortest entry, else to their code points. [SentencePiece] applies it as
/// SentencePiece itself does, to the longest entry at each place.
public record Precompiled(String precompiledCharsmap) implements Normalizer {
    public Precompiled {
        CharacterMap.ofBase64(precompiledCharsmap);
    }

    @Override
    public Rewriter build() {
        return new Built(CharacterMap.ofBase64(precompiledCharsmap))::rewrite;
    }

    private static final class Built {
        private final CharacterMap map;
        /// Characters that are a grapheme beside each other and that the map leaves alone.
        private final boolean[] plain = new boolean[0x10000];

        Built(CharacterMap map) {
            this.map = map;
            for (int c = 0; c < plain.length; c++) {
                plain[c] = isLone((char) c) && lookUp(Character.toString(c)).isEmpty();
            }
        }

        /// Whether there is a grapheme boundary between two such characters: common letters, kana, ideographs
        /// and punctuation without marks, joiners, jamo and controls but tab and line feed.
        private static boolean isLone(char c) {
            return c >= ' ' && c < 0x7F
                    || c == '\t'
                    || c == '\n'
                    || c >= 0xC0 && c < 0x300
                    || c >= 0x391 && c <= 0x3C9 && c != 0x3A2
                    || c >= 0x400 && c <= 0x481
                    || c >= 0x2010 && c <= 0x2027
                    || c >= 0x3000 && c <= 0x3029 && c != 0x3003
                    || c >= 0x3041 && c <= 0x3096
                    || c >= 0x30A1 && c <= 0x30FF
                    || c >= 0x3400 && c <= 0x4DB5
                    || c >= 0x4E00 && c <= 0x9FA5;
        }

        private Optional<String> lookUp(String part) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            long match = map.match(bytes, 0, bytes.length, false);
            return match == CharacterMap.NONE ? Optional.empty() : Optional.of(map.replacement(match));
        }

        private void rewrite(Text text) {
            char[] chars = text.chars();
            int length = text.length();
            int i = plainUntil(chars, 0, length);
            if (i == length) {
                return;
            }
            Text.Edit edit = text.edit();
            while (i < length) {
                // A plain character may have marks behind it, so the region begins with it.
                int start = Math.max(edit.at(), i - 1);
                int end = i;
                while (end < length && !(plain(chars[end]) && (end + 1 == length || plain(chars[end + 1])))) {
                    end++;
                }
                edit.copyTo(start);
                region(edit, chars, start, end);
                i = plainUntil(chars, end, length);
            }
            edit.finishWhole();
        }

        private boolean plain(char c) {
            return plain[c];
        }

        private int plainUntil(char[] chars, int start, int length) {
            int i = start;
            while (i < length && plain(chars[i])) {
                i++;
            }
            return i;
        }

        private void region(Text.Edit edit, char[] chars, int start, int end) {
            String region = new String(chars, start, end - start);
            BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
            graphemes.setText(new StringCharacterIterator(region));
            int from = 0;
            for (int to = graphemes.next(); to != BreakIterator.DONE; to = graphemes.next()) {
                String grapheme = region.substring(from, to);
                from = to;
                Optional<String> whole = isShort(grapheme) ? lookUp(grapheme) : Optional.empty();
                if (whole.isPresent()) {
                    replace(edit, grapheme, whole.get());
                } else {
                    grapheme.codePoints()
                            .mapToObj(Character::toString)
                            .forEach(part -> lookUp(part)
                                    .ifPresentOrElse(
                                            now -> replace(edit, part, now),
                                            () -> edit.copyTo(edit.at() + part.length())));
                }
            }
        }

        private static boolean isShort(String grapheme) {
            return grapheme.length() < 6 && grapheme.getBytes(StandardCharsets.UTF_8).length < 6;
        }
    }

    /// Replaces the code points of `old` one by one; what there is more of comes from the last, what there is
    /// less of goes with it.
    static void replace(Text.Edit edit, String old, String now) {
        int before = old.codePointCount(0, old.length());
        int after = now.codePointCount(0, now.length());
        int to = edit.at() + old.length();
        int place = 0;
        for (int i = 0; i < now.length(); place++) {
            int codePoint = now.codePointAt(i);
            i += Character.charCount(codePoint);
            edit.change(codePoint, place >= before ? 1 : i == now.length() ? Math.min(0, after - before) : 0);
        }
        edit.skipTo(to);
    }
}
