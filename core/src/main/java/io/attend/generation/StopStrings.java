package io.attend.generation;

import java.util.List;
import java.util.function.Consumer;

/// Tells a text as it comes, up to the first of several strings that end it, wherever its parts are cut: what
/// may be the beginning of one is held back until it is certain.
final class StopStrings {
    private final List<String> stops;
    private final Consumer<String> told;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopStrings(List<String> stops, Consumer<String> told) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string is empty; give at least one character");
        }
        this.stops = stops;
        this.told = told;
    }

    /// @return whether the text goes on
    boolean add(String part) {
        if (stopped) {
            return false;
        }
        held.append(part);
        int end = stops.stream()
                .mapToInt(held::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        stopped = end >= 0;
        tell(stopped ? end : held.length() - beginning());
        return !stopped;
    }

    /// Tells what was held back.
    void end() {
        if (!stopped) {
            tell(held.length());
        }
    }

    private void tell(int length) {
        if (length > 0) {
            told.accept(held.substring(0, length));
            held.delete(0, length);
        }
    }

    /// How much of the end may be the beginning of a stop string.
    private int beginning() {
        int longest = stops.stream().mapToInt(String::length).max().orElse(1) - 1;
        for (int length = Math.min(longest, held.length()); length > 0; length--) {
            String end = held.substring(held.length() - length);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }
}
