package io.attend.training.report;

import io.attend.training.report.Metrics.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/// Curves over training steps that share one vertical axis.
public record Chart(String name, List<Curve> curves) {
    public Chart {
        curves = List.copyOf(curves);
    }

    /// A chart for each number that was logged, with a curve for each split it was logged in: the loss first,
    /// then learning rate, gradient norm and throughput, then the others as they come. Numbers of places, such
    /// as
    /// `decoder.0.feed.evenness`, share a chart by their last word. Epoch and seconds are not drawn.
    public static List<Chart> of(List<Metrics> rows) {
        SequencedSet<String> names = new LinkedHashSet<>(
                List.of(Metrics.LOSS, Metrics.LEARNING_RATE, Metrics.GRADIENT_NORM, Metrics.TOKENS_PER_SECOND));
        rows.forEach(row -> names.addAll(row.numbers().keySet()));
        names.removeAll(List.of(Metrics.EPOCH, Metrics.SECONDS));
        Map<String, List<Curve>> charts = new LinkedHashMap<>();
        for (String name : names) {
            int dot = name.lastIndexOf('.');
            List<Curve> curves = charts.computeIfAbsent(words(name.substring(dot + 1)), _ -> new ArrayList<>());
            for (Split split : Split.values()) {
                curve(rows, split, name)
                        .map(curve -> dot < 0 ? curve : curve.named(name.substring(0, dot)))
                        .ifPresent(curves::add);
            }
        }
        return charts.entrySet().stream()
                .filter(chart -> !chart.getValue().isEmpty())
                .map(chart -> new Chart(chart.getKey(), chart.getValue()))
                .toList();
    }

    /// A number's curve over the steps it was logged at in a split, which is its name; nothing if it never was.
    public static Optional<Curve> curve(List<Metrics> rows, Split split, String name) {
        List<Metrics> having = rows.stream()
                .filter(row -> row.split() == split && row.number(name).isPresent())
                .toList();
        if (having.isEmpty()) {
            return Optional.empty();
        }
        boolean timed =
                having.stream().allMatch(row -> row.number(Metrics.SECONDS).isPresent());
        return Optional.of(new Curve(
                split.name().toLowerCase(Locale.ROOT),
                having.stream().mapToDouble(Metrics::step).toArray(),
                numbers(having, name),
                timed ? numbers(having, Metrics.SECONDS) : new double[0]));
    }

    private static double[] numbers(List<Metrics> rows, String name) {
        return rows.stream().mapToDouble(row -> row.number(name).orElseThrow()).toArray();
    }

    /// `tokensPerSecond` as `tokens per second`.
    static String words(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
}
