package io.attend.training;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// How measures are shown to people.
public final class Figures {
    private static final Set<String> SHARES = Set.of("accuracy", "exactMatch", "f1", "macroF1", "microF1");

    private Figures() {}

    /// Measures in one line, such as `exact match 99.8%, loss 0.0123`.
    public static String line(Map<String, Double> measures) {
        return measures.entrySet().stream()
                .map(measure -> words(measure.getKey()) + " " + figure(measure.getKey(), measure.getValue()))
                .collect(Collectors.joining(", "));
    }

    /// `exact match` for `exactMatch`.
    public static String words(String name) {
        return name.replaceAll("(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    /// A share as a percentage, anything else to four digits.
    public static String figure(String name, double number) {
        return isShare(name)
                ? String.format(Locale.ROOT, "%.1f%%", 100 * number)
                : String.format(Locale.ROOT, "%.4g", number);
    }

    /// Whether a measure is a share of 1, which people read as a percentage.
    private static boolean isShare(String name) {
        return SHARES.contains(name);
    }
}
