package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.text.Pattern;
import java.util.Arrays;

/// A piece as matches and what lies between them, one beside the other, in order.
final class Spans implements Pattern.Spans {
    private int[] ends = new int[64];
    private boolean[] matches = new boolean[64];
    private int size;
    private int first;
    private final boolean inverted;

    /// `inverted`: what lies between the matches counts as the matches.
    Spans(boolean inverted) {
        this.inverted = inverted;
    }

    /// Begins at `start`.
    void begin(int start) {
        first = start;
        size = 0;
    }

    /// Adds a match, and before it what lies between.
    @Override
    public void span(int start, int end) {
        int last = size == 0 ? first : ends[size - 1];
        if (start > last) {
            add(start, inverted);
        }
        add(end, !inverted);
    }

    /// Adds what is left up to `end`.
    void finish(int end) {
        int last = size == 0 ? first : ends[size - 1];
        if (end > last) {
            add(end, inverted);
        }
    }

    private void add(int end, boolean match) {
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
            matches = Arrays.copyOf(matches, size * 2);
        }
        ends[size] = end;
        matches[size++] = match;
    }

    int size() {
        return size;
    }

    int start(int span) {
        return span == 0 ? first : ends[span - 1];
    }

    int end(int span) {
        return ends[span];
    }

    boolean isMatch(int span) {
        return matches[span];
    }
}
