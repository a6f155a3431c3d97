package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.CharacterClass;
import io.attend.tokenizer.text.Text;

/// Cuts at white space, which is dropped, and around each punctuation mark.
public record BertPreTokenizer() implements PreTokenizer {
    private static final byte WORD = 0;
    private static final byte SPACE = 1;
    private static final byte MARK = 2;

    @Override
    public Splitter build() {
        return BertPreTokenizer::split;
    }

    private static void split(Text text) {
        char[] chars = text.chars();
        byte[] ascii = Ascii.KINDS;
        for (int piece = 0; piece < text.pieces(); piece++) {
            int end = text.pieceEnd(piece);
            int start = text.pieceStart(piece);
            int i = start;
            while (i < end) {
                char c = chars[i];
                int next = i + 1;
                byte kind;
                if (c < 0x80) {
                    kind = ascii[c];
                } else {
                    int codePoint = Character.codePointAt(chars, i, end);
                    kind = kind(codePoint);
                    next = i + Character.charCount(codePoint);
                }
                if (kind != WORD) {
                    text.piece(start, i);
                    if (kind == MARK) {
                        text.piece(i, next);
                    }
                    start = next;
                }
                i = next;
            }
            text.piece(start, end);
        }
        text.cut();
    }

    private static byte kind(int codePoint) {
        return CharacterClass.isSpace(codePoint) ? SPACE : Punctuation.isPunctuation(codePoint) ? MARK : WORD;
    }

    private static final class Ascii {
        static final byte[] KINDS = new byte[0x80];

        static {
            for (int c = 0; c < 0x80; c++) {
                KINDS[c] = kind(c);
            }
        }
    }
}
