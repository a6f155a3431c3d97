package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Text;
import java.util.function.IntPredicate;

/// Cuts at single code points.
record Delimiters(IntPredicate delimiter, Behavior behavior) implements Splitter {
    @Override
    public void split(Text text) {
        Spans spans = new Spans(false);
        char[] chars = text.chars();
        for (int piece = 0; piece < text.pieces(); piece++) {
            int end = text.pieceEnd(piece);
            spans.begin(text.pieceStart(piece));
            for (int i = text.pieceStart(piece); i < end; ) {
                int codePoint = Character.codePointAt(chars, i, end);
                int next = i + Character.charCount(codePoint);
                if (delimiter.test(codePoint)) {
                    spans.span(i, next);
                }
                i = next;
            }
            spans.finish(end);
            behavior.cut(spans, text);
        }
        text.cut();
    }
}
