package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Bytes;
import io.attend.tokenizer.text.Text;

/// Cuts into words with the space before them, as GPT-2 does (`useRegex`), and writes each byte as one
/// character. `addPrefixSpace` puts a space before a text that has none, so that its first word is like any
/// other.
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PreTokenizer {
    static final ByteLevel DEFAULT = new ByteLevel(true, true, true);

    @Override
    public Splitter build() {
        return this::split;
    }

    private void split(Text text) {
        if (addPrefixSpace) {
            prepend(text);
        }
        if (useRegex) {
            char[] chars = text.chars();
            for (int piece = 0; piece < text.pieces(); piece++) {
                int end = text.pieceEnd(piece);
                for (int i = text.pieceStart(piece); i < end; ) {
                    int next = Scanner.GPT2.end(chars, i, end);
                    text.piece(i, next);
                    i = next;
                }
            }
            text.cut();
        }
        Bytes.map(text);
    }

    private static void prepend(Text text) {
        char[] chars = text.chars();
        Text.Edit edit = text.edit();
        for (int piece = 0; piece < text.pieces(); piece++) {
            edit.enter(text.pieceStart(piece));
            int from = edit.count();
            if (chars[edit.at()] != ' ') {
                edit.insertBefore(' ');
            }
            edit.copyTo(text.pieceEnd(piece));
            text.piece(from, edit.count());
        }
        edit.finish();
        text.cut();
    }
}
