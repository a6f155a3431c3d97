package io.attend.training;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How measures are shown to people.
public final class Figures {
    private static final Set<String> SHARES = Set.of("accuracy", "exactMatch", "f1", "macroF1", "microF1");

    private Figures() {}

    /// Measures in one line and what must be known to compare them, such as `exact match 99.8%, loss 0.0123`.
    public static String line(Trainer.Outcome outcome) {
        return Stream.concat(
                        outcome.measures().entrySet().stream()
                                .map(measure ->
                                        words(measure.getKey()) + " " + figure(measure.getKey(), measure.getValue())),
                        outcome.notes().entrySet().stream().map(note -> note.getKey() + " " + note.getValue()))
                .collect(Collectors.joining(", "));
    }

    /// How many steps of those planned were made, and which the model is of if not of the last: `600 of 1,000
    /// steps, best at 400`.
    public static String steps(Trainer.Outcome outcome, long planned) {
        String made = String.format(Locale.ROOT, "%,d", outcome.steps())
                + (outcome.steps() == planned ? "" : String.format(Locale.ROOT, " of %,d", planned)) + " steps";
        List<Long> chosen = outcome.chosen();
        if (chosen.size() > 1) {
            return made + ", mean of the last " + chosen.size() + " checkpoints";
        }
        return chosen.equals(List.of(outcome.steps()))
                ? made
                : made + String.format(Locale.ROOT, ", best at %,d", chosen.getFirst());
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
