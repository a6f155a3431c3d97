package io.attend.training.report;

import io.attend.training.report.Metrics.Split;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;

/// Curves over training steps that share one vertical axis.
public record Chart(String name, List<Curve> curves) {
    public Chart {
        curves = List.copyOf(curves);
    }

    /// A chart for each number that was logged, with a curve for each split it was logged in: the loss first,
    /// then learning rate, gradient norm and throughput, then the others as they come. Epoch and seconds are
    /// not drawn.
    public static List<Chart> of(List<Metrics> rows) {
        SequencedSet<String> names = new LinkedHashSet<>(
                List.of(Metrics.LOSS, Metrics.LEARNING_RATE, Metrics.GRADIENT_NORM, Metrics.TOKENS_PER_SECOND));
        rows.forEach(row -> names.addAll(row.numbers().keySet()));
        names.removeAll(List.of(Metrics.EPOCH, Metrics.SECONDS));
        List<Chart> charts = new ArrayList<>();
        for (String name : names) {
            List<Curve> curves = new ArrayList<>();
            for (Split split : Split.values()) {
                List<Metrics> having = rows.stream()
                        .filter(row -> row.split() == split && row.number(name).isPresent())
                        .toList();
                if (!having.isEmpty()) {
                    curves.add(new Curve(
                            split.name().toLowerCase(Locale.ROOT),
                            having.stream().mapToDouble(Metrics::step).toArray(),
                            having.stream()
                                    .mapToDouble(row -> row.number(name).orElseThrow())
                                    .toArray()));
                }
            }
            if (!curves.isEmpty()) {
                charts.add(new Chart(words(name), curves));
            }
        }
        return List.copyOf(charts);
    }

    /// `tokensPerSecond` as `tokens per second`.
    private static String words(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
}
