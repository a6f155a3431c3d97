package io.attend.tokenizer.pretokenizer;

import java.lang.Character.UnicodeScript;

/// Cuts where the script changes, as SentencePiece does: kana count as Han, a space belongs to any script.
public record UnicodeScripts() implements PreTokenizer {
    @Override
    public Splitter build() {
        return text -> {
            char[] chars = text.chars();
            for (int piece = 0; piece < text.pieces(); piece++) {
                int end = text.pieceEnd(piece);
                int start = text.pieceStart(piece);
                UnicodeScript last = UnicodeScript.UNKNOWN;
                boolean first = true;
                for (int i = start; i < end; ) {
                    int codePoint = Character.codePointAt(chars, i, end);
                    if (codePoint != ' ') {
                        UnicodeScript script = script(codePoint);
                        if (!first && script != last) {
                            text.piece(start, i);
                            start = i;
                        }
                        last = script;
                        first = false;
                    }
                    i += Character.charCount(codePoint);
                }
                text.piece(start, end);
            }
            text.cut();
        };
    }

    private static UnicodeScript script(int codePoint) {
        if (codePoint == 0x30FC) {
            return UnicodeScript.HAN;
        }
        return switch (UnicodeScript.of(codePoint)) {
            case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
            case UnicodeScript script -> script;
        };
    }
}
