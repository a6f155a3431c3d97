package io.attend.feedforward;

/// What every feed-forward refuses.
final class Checks {
    private Checks() {}

    static void hidden(int hidden) {
        if (hidden < 1) {
            throw new IllegalArgumentException("hidden must be at least 1, not " + hidden);
        }
    }

    static void dropout(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }
}
