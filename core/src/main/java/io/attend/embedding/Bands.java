package io.attend.embedding;

import io.attend.layer.Parameters;
import java.util.ArrayList;
import java.util.List;

/// A vocabulary, most frequent words first, cut into bands.
public final class Bands {
    private Bands() {}

    /// Words `from` to `to`, `to` not included.
    public record Range(int index, int from, int to) {
        public int words() {
            return to - from;
        }

        /// `E / divisor^index`, for the place where it is built.
        public int width(Parameters place, int width, int divisor) {
            double numbers = width / Math.pow(divisor, index);
            if (numbers < 1) {
                throw place.refuse("band " + index + " of a width of " + width + " divided by " + divisor
                        + " each would" + " have no numbers left; use fewer cutoffs or a smaller divisor");
            }
            return (int) numbers;
        }
    }

    /// The ranges that end at the cutoffs and at the vocabulary's end.
    public static List<Range> of(int vocabulary, List<Integer> cutoffs) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i <= cutoffs.size(); i++) {
            ranges.add(
                    new Range(i, i == 0 ? 0 : cutoffs.get(i - 1), i == cutoffs.size() ? vocabulary : cutoffs.get(i)));
        }
        return ranges;
    }

    public static void check(int vocabulary, List<Integer> cutoffs, int divisor) {
        if (cutoffs.isEmpty()) {
            throw new IllegalArgumentException("there are no cutoffs: give at least one, the count of frequent words");
        }
        int before = 0;
        for (int cutoff : cutoffs) {
            if (cutoff <= before || cutoff >= vocabulary) {
                throw new IllegalArgumentException(
                        "cutoffs " + cutoffs + " must rise between 0 and the vocabulary of " + vocabulary);
            }
            before = cutoff;
        }
        if (divisor < 1) {
            throw new IllegalArgumentException("divisor must be at least 1, not " + divisor);
        }
    }
}
