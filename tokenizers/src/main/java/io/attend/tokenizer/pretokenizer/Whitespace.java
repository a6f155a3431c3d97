package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;

/// Cuts into runs of word characters and runs of others, without white space: `\w+|[^\w\s]+`.
public record Whitespace() implements PreTokenizer {
    @Override
    public Splitter build() {
        return Whitespace::split;
    }

    private static void split(Text text) {
        char[] chars = text.chars();
        for (int piece = 0; piece < text.pieces(); piece++) {
            int end = text.pieceEnd(piece);
            int start = text.pieceStart(piece);
            int kind = -1;
            for (int i = start; i < end; ) {
                int codePoint = Character.codePointAt(chars, i, end);
                int now = CharacterClass.isSpace(codePoint) ? 0 : CharacterClass.isWord(codePoint) ? 1 : 2;
                if (now != kind) {
                    if (kind > 0) {
                        text.piece(start, i);
                    }
                    start = i;
                    kind = now;
                }
                i += Character.charCount(codePoint);
            }
            if (kind > 0) {
                text.piece(start, end);
            }
        }
        text.cut();
    }
}
