package io.attend.training;

import java.util.Set;

/// How measures are shown to people.
public final class Figures {
    private static final Set<String> SHARES = Set.of("accuracy", "exactMatch", "f1");

    private Figures() {}

    /// Whether a measure is a share of 1, which people read as a percentage.
    public static boolean isShare(String name) {
        return SHARES.contains(name);
    }
}
