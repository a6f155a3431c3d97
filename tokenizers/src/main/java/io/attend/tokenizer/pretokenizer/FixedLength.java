package io.attend.tokenizer.pretokenizer;

/// Cuts into pieces of `length` code points.
public record FixedLength(int length) implements PreTokenizer {
    static final FixedLength DEFAULT = new FixedLength(5);

    public FixedLength {
        if (length < 1) {
            throw new IllegalArgumentException("length is " + length + "; expected 1 or more");
        }
    }

    @Override
    public Splitter build() {
        return text -> {
            char[] chars = text.chars();
            for (int piece = 0; piece < text.pieces(); piece++) {
                int end = text.pieceEnd(piece);
                int start = text.pieceStart(piece);
                int count = 0;
                for (int i = start; i < end; ) {
                    i += Character.charCount(Character.codePointAt(chars, i, end));
                    if (++count == length) {
                        text.piece(start, i);
                        start = i;
                        count = 0;
                    }
                }
                text.piece(start, end);
            }
            text.cut();
        };
    }
}
