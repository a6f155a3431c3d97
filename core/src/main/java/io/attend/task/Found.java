package io.attend.task;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A text that was found among others.
///
/// @param place of the text among those that were given, counted from 0
/// @param score the higher the better
public record Found(int place, double score, String text) {
    static List<Found> best(double[] scores, List<String> texts, int top) {
        return IntStream.of(Checks.best(scores, top))
                .mapToObj(place -> new Found(place, scores[place], texts.get(place)))
                .toList();
    }

    static String shown(List<Found> all) {
        return all.stream()
                .map(found -> String.format(Locale.ROOT, "%.4f  %s", found.score, found.text))
                .collect(Collectors.joining("\n"));
    }
}
