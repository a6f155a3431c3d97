package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;

/// Cuts at white space and drops it.
public record WhitespaceSplit() implements PreTokenizer {
    @Override
    public Splitter build() {
        return WhitespaceSplit::split;
    }

    private static void split(Text text) {
        char[] chars = text.chars();
        for (int piece = 0; piece < text.pieces(); piece++) {
            int end = text.pieceEnd(piece);
            int start = text.pieceStart(piece);
            for (int i = start; i < end; i++) {
                if ((CharacterClass.of(chars[i]) & CharacterClass.SPACE) != 0) {
                    text.piece(start, i);
                    start = i + 1;
                }
            }
            text.piece(start, end);
        }
        text.cut();
    }
}
