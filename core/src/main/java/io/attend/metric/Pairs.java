package io.attend.metric;

import java.util.Collection;

/// What goes wrong before anything is counted.
final class Pairs {
    private Pairs() {}

    /// Refuses to compare unlike numbers of things, or none.
    static void check(int predictions, int references) {
        if (predictions != references) {
            throw new IllegalArgumentException(
                    predictions + " predictions cannot be compared with " + references + " references");
        }
        if (predictions == 0) {
            throw new IllegalArgumentException("there are no predictions to measure");
        }
    }

    static void check(Collection<?> predictions, Collection<?> references) {
        check(predictions.size(), references.size());
    }
}
