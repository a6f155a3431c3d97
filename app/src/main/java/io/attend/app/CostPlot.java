package io.attend.app;

import io.attend.cost.Costs;
import io.attend.cost.Scaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;

/// Costs over length as an HTML page of its own: four drawings with logarithms on both axes, no script,
/// nothing loaded.
final class CostPlot {
    private static final int POINTS = 48;
    private static final int WIDTH = 460;
    private static final int HEIGHT = 280;
    private static final int LEFT = 64;
    private static final int BOTTOM = 40;
    private static final int TOP = 12;
    private static final int RIGHT = 14;

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
                    .append(escaped(name))
                    .append("</span>");
        }
        return """
                <!DOCTYPE html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>What models cost</title>
                <style>
                :root { color-scheme: light dark; --ground: #fcfcfb; --ink: #1c1c1a; --quiet: #6b6a66; --line: #e3e2de;
                  --c0: #2563a8; --c1: #b4541a; --c2: #1f7a55; --c3: #8a3a86; --c4: #8a6d0b; --c5: #ac2f45; }
                @media (prefers-color-scheme: dark) { :root { --ground: #191918; --ink: #ecebe6; --quiet: #9c9a93; --line: #33322f;
                  --c0: #74aee8; --c1: #e89a63; --c2: #65c39a; --c3: #cf8fca; --c4: #d2b550; --c5: #ee8496; } }
                body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
                  font: 15px/1.5 system-ui, sans-serif; }
                h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 0 0 .25rem; }
                p { color: var(--quiet); margin: .25rem 0 1rem; }
                .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-bottom: 1.25rem; }
                .legend i { display: inline-block; width: 1.4rem; height: 3px; margin-right: .5rem; vertical-align: middle; }
                main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 1.5rem; }
                svg { width: 100%; height: auto; } text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
                .grid { stroke: var(--line); } circle { fill: var(--ground); stroke-width: 2; } polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
                .c0 { background: var(--c0); stroke: var(--c0); } .c1 { background: var(--c1); stroke: var(--c1); }
                .c2 { background: var(--c2); stroke: var(--c2); } .c3 { background: var(--c3); stroke: var(--c3); }
                .c4 { background: var(--c4); stroke: var(--c4); } .c5 { background: var(--c5); stroke: var(--c5); }
                </style>
                <h1>What models cost</h1>
                <p>Over the length of a sequence, logarithms on both axes; SETTINGS. A dot: from here on what mixes
                positions takes more operations than the feed-forward.</p>
                <div class="legend">LEGEND</div>
                <main>
                """.replace("SETTINGS", settings).replace("LEGEND", legend)
                + panel("Operations of a forward pass, a token", p -> p.costs.forwardFlops() / p.length)
                + panel("Memory of a training step, bytes", p -> p.costs.trainingBytes())
                + panel("Cache of a generation, bytes", p -> p.costs.cacheBytes())
                + panel("Steps that wait for each other", p -> p.scaling.sequentialSteps())
                + "</main>\n</html>\n";
    }

    private String panel(String title, ToDoubleFunction<Point> value) {
        double[] values = models.values().stream()
                .flatMap(List::stream)
                .mapToDouble(value)
                .filter(v -> v > 0)
                .toArray();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<section><h2>%s</h2><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                title,
                WIDTH,
                HEIGHT,
                title));
        if (values.length == 0) {
            return svg.append("<text x=\"20\" y=\"30\">none</text></svg></section>\n")
                    .toString();
        }
        double low = Math.floor(Math.log10(java.util.Arrays.stream(values).min().orElseThrow()));
        double high = Math.ceil(Math.log10(java.util.Arrays.stream(values).max().orElseThrow()));
        if (high <= low) {
            high = low + 1;
        }
        for (double power = low; power <= high; power++) {
            double y = y(Math.pow(10, power), low, high);
            line(svg, LEFT, y, WIDTH - RIGHT, y);
            text(svg, LEFT - 6, y + 4, "end", Output.flops(Math.pow(10, power)));
        }
        for (long length = Long.highestOneBit(2 * shortest - 1); length <= longest; length *= 2) {
            double x = x(length);
            line(svg, x, TOP, x, HEIGHT - BOTTOM);
            boolean crowded = longest / shortest > 64 && Long.numberOfTrailingZeros(length) % 2 == 1;
            if (!crowded) {
                text(svg, x, HEIGHT - BOTTOM + 16, "middle", length >= 1024 ? length / 1024 + "k" : length + "");
            }
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", "tokens");
        int color = 0;
        for (String name : models.keySet()) {
            List<Point> points = models.getOrDefault(name, List.of());
            Point crossing = crossings.get(name);
            if (crossing != null && value.applyAsDouble(crossing) > 0) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s, %,d tokens</title></circle>\n",
                        color % 6,
                        x(crossing.length),
                        y(value.applyAsDouble(crossing), low, high),
                        escaped(name),
                        crossing.length));
            }
            svg.append("<polyline class=\"c").append(color++ % 6).append("\" style=\"background:none\" points=\"");
            for (Point point : points) {
                double v = value.applyAsDouble(point);
                if (v > 0) {
                    svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.length), y(v, low, high)));
                }
            }
            svg.append("\"/>\n");
        }
        return svg.append("</svg></section>\n").toString();
    }

    private double x(long length) {
        double share = Math.log((double) length / shortest) / Math.log((double) longest / shortest);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double low, double high) {
        double share = (Math.log10(value) - low) / (high - low);
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private static void line(StringBuilder svg, double x, double y, double toX, double toY) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                x,
                y,
                toX,
                toY));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String said) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, said));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
