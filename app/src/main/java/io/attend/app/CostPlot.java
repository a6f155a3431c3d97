package io.attend.app;

import io.attend.cost.Costs;
import io.attend.cost.Scaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/// Costs over length as an HTML page of its own: four drawings with logarithms on both axes, no script,
/// nothing loaded.
final class CostPlot {
    private static final int POINTS = 48;

    private final long shortest;
    private final long longest;
    private final Map<String, List<Point>> models = new LinkedHashMap<>();

    /// Where what mixes positions takes more operations than the feed-forward, of the models that have such a
    /// length in the drawing.
    private final Map<String, Point> crossings = new LinkedHashMap<>();

    private record Point(long length, Costs costs, Scaling scaling) {}

    CostPlot(long shortest, long longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /// A model's costs at lengths between the shortest and the longest, up to the first that it refuses.
    void add(String name, LongFunction<Costs> costs, LongFunction<Scaling> scaling, OptionalLong overtakes) {
        List<Point> points = new ArrayList<>();
        double ratio = (double) longest / shortest;
        long before = 0;
        for (int i = 0; i <= POINTS; i++) {
            long length = Math.round(shortest * Math.pow(ratio, (double) i / POINTS));
            if (length == before) {
                continue;
            }
            try {
                points.add(new Point(length, costs.apply(length), scaling.apply(length)));
            } catch (IllegalArgumentException e) {
                break; // learned positions end here
            }
            before = length;
        }
        models.put(name, points);
        overtakes.stream()
                .filter(length -> !points.isEmpty() && length >= shortest && length <= points.getLast().length)
                .forEach(length -> crossings.put(name, new Point(length, costs.apply(length), scaling.apply(length))));
    }

    String html(String settings) {
        StringBuilder legend = new StringBuilder();
        int color = 0;
        for (String name : models.keySet()) {
            legend.append("<span><i class=\"c")
                    .append(color++ % 6)
                    .append("\"></i>")
                    .append(LogPanel.escaped(name))
                    .append("</span>");
        }
        return """
                <!DOCTYPE html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>What models cost</title>
                <style>
                STYLE
                </style>
                <h1>What models cost</h1>
                <p>Over the length of a sequence, logarithms on both axes; SETTINGS. A dot: from here on what mixes
                positions takes more operations than the feed-forward.</p>
                <div class="legend">LEGEND</div>
                <main>
                """.replace("STYLE", LogPanel.STYLE)
                        .replace("SETTINGS", settings)
                        .replace("LEGEND", legend)
                + panel("Operations of a forward pass, a token", p -> p.costs.forwardFlops() / p.length)
                + panel("Memory of a training step, bytes", p -> p.costs.trainingBytes())
                + panel("Cache of a generation, bytes", p -> p.costs.cacheBytes())
                + panel("Steps that wait for each other", p -> p.scaling.sequentialSteps())
                + "</main>\n</html>\n";
    }

    private String panel(String title, ToDoubleFunction<Point> value) {
        List<LogPanel.Line> lines = new ArrayList<>();
        models.forEach((name, points) -> lines.add(new LogPanel.Line(
                name,
                lines.size(),
                false,
                points.stream().map(point -> at(point, value)).toList(),
                Optional.ofNullable(crossings.get(name)).map(point -> at(point, value)))));
        return new LogPanel(shortest, longest, false).svg(title, lines);
    }

    private static LogPanel.Point at(Point point, ToDoubleFunction<Point> value) {
        return new LogPanel.Point(point.length, value.applyAsDouble(point));
    }
}
