package io.attend.metric;

import java.util.List;
import java.util.function.Function;

/// How many words or characters of references must be replaced, left out or put in to get the hypotheses, as a
/// share of all of the references' (Levenshtein 1966). 0 is perfect; more than 1 is possible.
public final class ErrorRate {
    private ErrorRate() {}

    /// Of words between white space.
    ///
    /// @throws IllegalArgumentException if there are not as many references as hypotheses, or nothing in them
    public static double words(List<String> hypotheses, List<String> references) {
        return rate(hypotheses, references, Words::of);
    }

    /// Of characters, white space among them.
    ///
    /// @throws IllegalArgumentException if there are not as many references as hypotheses, or nothing in them
    public static double characters(List<String> hypotheses, List<String> references) {
        return rate(hypotheses, references, Words::characters);
    }

    private static double rate(List<String> hypotheses, List<String> references, Function<String, List<String>> split) {
        Pairs.check(hypotheses, references);
        long errors = 0;
        long all = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<String> reference = split.apply(references.get(i));
            errors += distance(split.apply(hypotheses.get(i)), reference);
            all += reference.size();
        }
        if (all == 0) {
            throw new IllegalArgumentException("the references are empty, so there is no rate of errors in them");
        }
        return (double) errors / all;
    }

    /// The fewest replacements, omissions and insertions that make one row into another.
    public static <T> int distance(List<T> from, List<T> to) {
        int[] row = new int[to.size() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.size()];
    }
}
