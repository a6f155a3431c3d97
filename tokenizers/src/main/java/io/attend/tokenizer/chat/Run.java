package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;

/// One rendering: its output, and how much more it may do.
final class Run {
    private static final int MOST_STEPS = 2_000_000;
    static final int MOST_CHARACTERS = 16_000_000;

    private StringBuilder out = new StringBuilder();
    private int steps;

    StringBuilder out() {
        return out;
    }

    /// Collects output in `other` until told otherwise; returns what was collected in so far.
    StringBuilder redirect(StringBuilder other) {
        StringBuilder before = out;
        out = other;
        return before;
    }

    void write(String text) {
        check(out.length() + (long) text.length());
        out.append(text);
    }

    void step() {
        if (++steps > MOST_STEPS) {
            throw new TokenizerException("chat template: more than " + MOST_STEPS + " steps");
        }
    }

    static void check(long characters) {
        if (characters > MOST_CHARACTERS) {
            throw new TokenizerException("chat template: more than " + MOST_CHARACTERS + " characters");
        }
    }
}
