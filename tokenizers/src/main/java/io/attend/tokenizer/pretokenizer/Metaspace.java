package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.json.Spelled;
import io.attend.tokenizer.text.Text;
import tools.jackson.databind.node.ObjectNode;

/// Writes spaces as `replacement` (`▁`), puts one before the text, and cuts before each when `split`.
public record Metaspace(String replacement, PrependScheme prependScheme, boolean split) implements PreTokenizer {
    static final Metaspace DEFAULT = new Metaspace("▁", PrependScheme.ALWAYS, true);

    public Metaspace {
        if (replacement.length() != 1) {
            throw new IllegalArgumentException("replacement is \"" + replacement + "\"; expected one character");
        }
    }

    /// Where a space is put that the text does not have.
    public enum PrependScheme {
        /// Before the piece a text begins with.
        @Spelled("first")
        FIRST,
        /// Nowhere.
        @Spelled("never")
        NEVER,
        /// Before every piece.
        @Spelled("always")
        ALWAYS
    }

    @SuppressWarnings("unused") // called by name when a file is read
    private static void upgrade(ObjectNode node) {
        node.remove("str_rep");
        var prefix = node.remove("add_prefix_space");
        if (prefix != null && prefix.isBoolean() && !prefix.booleanValue() && !node.has("prepend_scheme")) {
            node.put("prepend_scheme", "never");
        }
    }

    @Override
    public boolean needsPlaces() {
        return prependScheme == PrependScheme.FIRST;
    }

    @Override
    public Splitter build() {
        return this::split;
    }

    private void split(Text text) {
        char space = replacement.charAt(0);
        char[] chars = text.chars();
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (chars[i] == ' ') {
                chars[i] = space;
            }
        }
        if (prependScheme != PrependScheme.NEVER) {
            prepend(text, space);
        }
        if (split) {
            chars = text.chars();
            for (int piece = 0; piece < text.pieces(); piece++) {
                int end = text.pieceEnd(piece);
                int start = text.pieceStart(piece);
                for (int i = start + 1; i < end; i++) {
                    if (chars[i] == space) {
                        text.piece(start, i);
                        start = i;
                    }
                }
                text.piece(start, end);
            }
            text.cut();
        }
    }

    private void prepend(Text text, char space) {
        char[] chars = text.chars();
        boolean needed = false;
        for (int piece = 0; piece < text.pieces(); piece++) {
            needed |= prepends(text, piece, chars, space);
        }
        if (!needed) {
            return;
        }
        Text.Edit edit = text.edit();
        for (int piece = 0; piece < text.pieces(); piece++) {
            edit.enter(text.pieceStart(piece));
            int from = edit.count();
            if (prepends(text, piece, chars, space)) {
                edit.insertBefore(space);
            }
            edit.copyTo(text.pieceEnd(piece));
            text.piece(from, edit.count());
        }
        edit.finish();
        text.cut();
    }

    private boolean prepends(Text text, int piece, char[] chars, char space) {
        int start = text.pieceStart(piece);
        return chars[start] != space && (prependScheme == PrependScheme.ALWAYS || text.start(start) == 0);
    }
}
