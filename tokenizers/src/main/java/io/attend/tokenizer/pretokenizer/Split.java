package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Pattern;
import io.attend.tokenizer.text.Text;

/// Cuts at a pattern; with `invert`, at what lies between its matches.
public record Split(Pattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {
    @Override
    public Splitter build() {
        if (pattern instanceof Pattern.Regex(String regex)
                && (behavior == Behavior.ISOLATED && !invert || behavior == Behavior.REMOVED && invert)) {
            Scanner known = Scanner.KNOWN.get(regex);
            if (known != null) {
                return text -> scan(text, known);
            }
        }
        Pattern.Finder finder = pattern.finder();
        return text -> find(text, finder);
    }

    private static void scan(Text text, Scanner scanner) {
        char[] chars = text.chars();
        for (int piece = 0; piece < text.pieces(); piece++) {
            int end = text.pieceEnd(piece);
            for (int i = text.pieceStart(piece); i < end; ) {
                int next = scanner.end(chars, i, end);
                text.piece(i, next);
                i = next;
            }
        }
        text.cut();
    }

    private void find(Text text, Pattern.Finder finder) {
        Spans spans = new Spans(invert);
        for (int piece = 0; piece < text.pieces(); piece++) {
            spans.begin(text.pieceStart(piece));
            finder.find(text.chars(), text.pieceStart(piece), text.pieceEnd(piece), spans);
            spans.finish(text.pieceEnd(piece));
            behavior.cut(spans, text);
        }
        text.cut();
    }
}
