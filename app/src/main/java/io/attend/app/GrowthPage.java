package io.attend.app;

import io.attend.architecture.Sublayer;
import io.attend.measure.Figure;
import io.attend.measure.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// Measured time and memory over length as an HTML page of its own: no script, nothing loaded.
record GrowthPage(Map<String, Measured> measured, Map<String, Sublayer> mixers, List<Long> lengths) {
    /// @param exact attention of each direction, which the others are held against
    String html(String command, Map<String, Optional<Measured>> exact) {
        StringBuilder page =
                new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>How attention takes to length</title>
                <style>
                STYLE
                </style>
                <h1>How attention takes to length</h1>
                <p>One layer on one text, width WIDTH, HEADS heads; MACHINE. COMMAND. Logarithms on both axes. Bold: exact
                attention, by the fused kernel. A dot: from here on it takes less than that.</p>
                """.replace("STYLE", LogPanel.STYLE).replace("COMMAND", LogPanel.escaped(command)));
        measured.values().stream().findFirst().ifPresent(one -> {
            replace(page, "WIDTH", String.valueOf(one.width()));
            replace(page, "HEADS", String.valueOf(one.heads()));
            replace(page, "MACHINE", LogPanel.escaped(one.machine() + ", " + one.date()));
        });
        page.append("<main>\n");
        for (boolean causal : new boolean[] {true, false}) {
            String sees = causal ? "looking back" : "looking both ways";
            Optional<Measured> other = exact.entrySet().stream()
                    .filter(entry -> Optional.ofNullable(mixers.get(entry.getKey()))
                            .map(mixer -> mixer.causal() == causal)
                            .orElse(false))
                    .findFirst()
                    .flatMap(Map.Entry::getValue);
            page.append(panel("Seconds forward, " + sees, causal, Figure::forward, other));
            page.append(panel("Seconds forward and backward, " + sees, causal, Figure::training, other));
            page.append(panel(
                    "Peak bytes forward, " + sees,
                    causal,
                    figure -> figure.forwardBytes().orElse(0),
                    other));
            page.append(panel("Peak bytes forward and backward, " + sees, causal, BenchAttention::bytes, other));
        }
        return page.append("</main>\n</html>\n").toString();
    }

    private static void replace(StringBuilder page, String word, String by) {
        int at = page.indexOf(word);
        page.replace(at, at + word.length(), by);
    }

    private String panel(String title, boolean causal, ToDoubleFunction<Figure> what, Optional<Measured> exact) {
        List<LogPanel.Line> lines = new ArrayList<>();
        for (Measured one : measured.values()) {
            if (Objects.requireNonNull(mixers.get(one.mixer())).causal() != causal) {
                continue;
            }
            boolean bold = exact.isPresent() && exact.get().mixer().equals(one.mixer());
            OptionalDouble crossing =
                    bold || exact.isEmpty() ? OptionalDouble.empty() : one.crossing(exact.get(), what);
            List<LogPanel.Point> points = one.figures().stream()
                    .map(figure -> new LogPanel.Point(figure.length(), what.applyAsDouble(figure)))
                    .toList();
            lines.add(new LogPanel.Line(
                    one.mixer().replace(".EXAMPLE", ""),
                    lines.size(),
                    bold,
                    points,
                    crossing.isPresent() ? on(points, crossing.getAsDouble()) : Optional.empty()));
        }
        return new LogPanel(lengths.getFirst(), lengths.getLast(), true).svg(title, lines);
    }

    /// The place of a length on a line between two of its points.
    private static Optional<LogPanel.Point> on(List<LogPanel.Point> points, double length) {
        for (int i = 0; i + 1 < points.size(); i++) {
            LogPanel.Point from = points.get(i);
            LogPanel.Point to = points.get(i + 1);
            if (from.length() <= length && length <= to.length()) {
                double share = Math.log(length / from.length()) / Math.log(to.length() / from.length());
                return Optional.of(
                        new LogPanel.Point(length, from.value() * Math.pow(to.value() / from.value(), share)));
            }
        }
        return Optional.empty();
    }
}
