package io.attend.tokenizer.pretokenizer;

import java.lang.Character.UnicodeScript;

/// Cuts where the script changes, as SentencePiece does: kana count as Han, a space and what has no
/// script go with what stands before them; at the beginning they are dropped, as the Rust library does.
public record UnicodeScripts() implements PreTokenizer {
    @Override
    public Splitter build() {
        return text -> {
            char[] chars = text.chars();
            for (int piece = 0; piece < text.pieces(); piece++) {
                int end = text.pieceEnd(piece);
                int start = -1;
                UnicodeScript last = UnicodeScript.UNKNOWN;
                for (int i = text.pieceStart(piece); i < end; ) {
                    int codePoint = Character.codePointAt(chars, i, end);
                    UnicodeScript script = codePoint == ' ' ? UnicodeScript.UNKNOWN : script(codePoint);
                    if (script != UnicodeScript.UNKNOWN && script != last) {
                        if (start >= 0) {
                            text.piece(start, i);
                        }
                        start = i;
                        last = script;
                    }
                    i += Character.charCount(codePoint);
                }
                if (start >= 0) {
                    text.piece(start, end);
                }
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
