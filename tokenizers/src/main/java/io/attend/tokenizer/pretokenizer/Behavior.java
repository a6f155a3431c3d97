package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Text;

/// What becomes of a delimiter when a text is cut at it. For `the-final--countdown`, cut at `-`:
public enum Behavior {
    /// `the`, `final`, `countdown`.
    REMOVED,
    /// `the`, `-`, `final`, `-`, `-`, `countdown`.
    ISOLATED,
    /// `the-`, `final-`, `-`, `countdown`.
    MERGED_WITH_PREVIOUS,
    /// `the`, `-final`, `-`, `-countdown`.
    MERGED_WITH_NEXT,
    /// `the`, `-`, `final`, `--`, `countdown`.
    CONTIGUOUS;

    /// Cuts what `spans` cover, one beside the other.
    void cut(Spans spans, Text text) {
        int count = spans.size();
        switch (this) {
            case REMOVED -> {
                for (int i = 0; i < count; i++) {
                    if (!spans.isMatch(i)) {
                        text.piece(spans.start(i), spans.end(i));
                    }
                }
            }
            case ISOLATED -> {
                for (int i = 0; i < count; i++) {
                    text.piece(spans.start(i), spans.end(i));
                }
            }
            case CONTIGUOUS -> {
                int start = 0;
                for (int i = 1; i <= count; i++) {
                    if (i == count || spans.isMatch(i) != spans.isMatch(start)) {
                        text.piece(spans.start(start), spans.end(i - 1));
                        start = i;
                    }
                }
            }
            case MERGED_WITH_PREVIOUS -> {
                int start = 0;
                for (int i = 1; i <= count; i++) {
                    boolean joins = i < count && spans.isMatch(i) && !spans.isMatch(i - 1);
                    if (!joins) {
                        text.piece(spans.start(start), spans.end(i - 1));
                        start = i;
                    }
                }
            }
            case MERGED_WITH_NEXT -> {
                int start = 0;
                for (int i = 1; i <= count; i++) {
                    boolean joins = i < count && spans.isMatch(i - 1) && !spans.isMatch(i);
                    if (!joins) {
                        text.piece(spans.start(start), spans.end(i - 1));
                        start = i;
                    }
                }
            }
        }
    }
}
