package io.attend.app;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/// A drawing of lines over the length of a text, logarithms on both axes, as inline SVG in the page's colours.
///
/// @param names whether each line ends in its name
record LogPanel(long shortest, long longest, boolean names) {
    private static final int HEIGHT = 280;
    private static final int TALL = 420;
    private static final int LEFT = 64;
    private static final int RIGHT = 14;
    private static final int NAMES = 190;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;
    private static final int ACROSS = 382;
    private static final int BETWEEN = 13;
    private static final int COLORS = 6;

    /// How pages with panels look.
    static final String STYLE = """
            :root { color-scheme: light dark; --ground: #fcfcfb; --ink: #1c1c1a; --quiet: #6b6a66; --line: #e3e2de;
              --c0: #2563a8; --c1: #b4541a; --c2: #1f7a55; --c3: #8a3a86; --c4: #8a6d0b; --c5: #ac2f45; }
            @media (prefers-color-scheme: dark) { :root { --ground: #191918; --ink: #ecebe6; --quiet: #9c9a93; --line: #33322f;
              --c0: #74aee8; --c1: #e89a63; --c2: #65c39a; --c3: #cf8fca; --c4: #d2b550; --c5: #ee8496; } }
            body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 0 0 .25rem; }
            p { color: var(--quiet); margin: .25rem 0 1rem; }
            .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-bottom: 1.25rem; }
            .legend i { display: inline-block; width: 1.4rem; height: 3px; margin-right: .5rem; vertical-align: middle; }
            main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 1.5rem; }
            svg { width: 100%; height: auto; } text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
            .grid { stroke: var(--line); } circle { fill: var(--ground); stroke-width: 2; }
            polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; } polyline.bold { stroke-width: 3; }
            text.t0 { fill: var(--c0); } text.t1 { fill: var(--c1); } text.t2 { fill: var(--c2); }
            text.t3 { fill: var(--c3); } text.t4 { fill: var(--c4); } text.t5 { fill: var(--c5); }
            text.bold { font-weight: 700; }
            i.c0 { background: var(--c0); } i.c1 { background: var(--c1); } i.c2 { background: var(--c2); }
            i.c3 { background: var(--c3); } i.c4 { background: var(--c4); } i.c5 { background: var(--c5); }
            .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
            .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
            """;

    /// @param color its number, from 0
    /// @param bold whether others are compared with it
    /// @param mark a place on it that is shown
    record Line(String name, int color, boolean bold, List<Point> points, Optional<Point> mark) {}

    record Point(double length, double value) {}

    String svg(String title, List<Line> lines) {
        double[] values = lines.stream()
                .flatMap(line -> line.points.stream())
                .mapToDouble(Point::value)
                .filter(v -> v > 0)
                .toArray();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<section><h2>%s</h2><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                title,
                LEFT + ACROSS + (names ? NAMES : RIGHT),
                height(),
                title));
        if (values.length == 0) {
            return svg.append("<text x=\"20\" y=\"30\">none</text></svg></section>\n")
                    .toString();
        }
        double low = Math.floor(Math.log10(DoubleStream.of(values).min().orElseThrow()));
        double high = Math.max(
                low + 1, Math.ceil(Math.log10(DoubleStream.of(values).max().orElseThrow())));
        axes(svg, low, high);
        for (Line line : lines) {
            line(svg, line, low, high);
        }
        if (names) {
            names(svg, lines, low, high);
        }
        return svg.append("</svg></section>\n").toString();
    }

    private int height() {
        return names ? TALL : HEIGHT;
    }

    private void axes(StringBuilder svg, double low, double high) {
        for (double power = low; power <= high; power++) {
            double y = y(Math.pow(10, power), low, high);
            rule(svg, LEFT, y, LEFT + ACROSS, y);
            text(svg, LEFT - 6, y + 4, "text-anchor=\"end\"", figure(power));
        }
        for (long length = Long.highestOneBit(2 * shortest - 1); length <= longest; length *= 2) {
            double x = x(length);
            rule(svg, x, TOP, x, height() - BOTTOM);
            boolean crowded = longest / shortest > 64 && Long.numberOfTrailingZeros(length) % 2 == 1;
            if (!crowded) {
                text(
                        svg,
                        x,
                        height() - BOTTOM + 16,
                        "text-anchor=\"middle\"",
                        length >= 1024 ? length / 1024 + "k" : length + "");
            }
        }
        text(svg, LEFT + ACROSS / 2.0, height() - 6, "text-anchor=\"middle\"", "tokens");
    }

    private static String figure(double power) {
        return power >= 0
                ? Output.flops(Math.pow(10, power))
                : BigDecimal.valueOf(1, (int) -power).toPlainString();
    }

    private void line(StringBuilder svg, Line line, double low, double high) {
        line.mark
                .filter(mark -> mark.value > 0)
                .ifPresent(mark -> svg.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s, %,.0f tokens</title></circle>\n",
                        line.color % COLORS,
                        x(mark.length),
                        y(mark.value, low, high),
                        escaped(line.name),
                        mark.length)));
        svg.append("<polyline class=\"c").append(line.color % COLORS).append(line.bold ? " bold" : "");
        int dash = line.color / COLORS % 4;
        svg.append(
                dash == 0
                        ? "\""
                        : "\" stroke-dasharray=\""
                                + List.of("6 3", "2 3", "9 3 2 3").get(dash - 1) + "\"");
        svg.append(" points=\"");
        for (Point point : line.points) {
            if (point.value > 0) {
                svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.length), y(point.value, low, high)));
            }
        }
        svg.append("\"><title>").append(escaped(line.name)).append("</title></polyline>\n");
    }

    /// Names at the ends of lines, pushed apart; one whose line ends early stands at the height it ended at.
    private void names(StringBuilder svg, List<Line> lines, double low, double high) {
        List<Line> drawn = lines.stream()
                .filter(line -> line.points.stream().anyMatch(point -> point.value > 0))
                .sorted(Comparator.comparingDouble(line -> end(line, low, high)))
                .toList();
        double[] places =
                drawn.stream().mapToDouble(line -> end(line, low, high)).toArray();
        double room = Math.min(BETWEEN, (double) (height() - TOP) / Math.max(1, places.length));
        for (int i = 1; i < places.length; i++) {
            places[i] = Math.max(places[i], places[i - 1] + room);
        }
        double bottom = height() - 4.0;
        for (int i = places.length - 1; i >= 0; i--) {
            places[i] = Math.min(places[i], bottom);
            bottom = places[i] - room;
        }
        for (int i = 0; i < places.length; i++) {
            Line line = drawn.get(i);
            text(
                    svg,
                    LEFT + ACROSS + 6,
                    places[i] + 4,
                    "class=\"t" + line.color % COLORS + (line.bold ? " bold" : "") + "\"",
                    escaped(line.name));
        }
    }

    private double end(Line line, double low, double high) {
        List<Point> drawn = new ArrayList<>(line.points);
        drawn.removeIf(point -> point.value <= 0);
        return y(drawn.getLast().value, low, high);
    }

    private double x(double length) {
        return LEFT + Math.log(length / shortest) / Math.log((double) longest / shortest) * ACROSS;
    }

    private double y(double value, double low, double high) {
        double share = (Math.log10(value) - low) / (high - low);
        return height() - BOTTOM - share * (height() - BOTTOM - TOP);
    }

    private static void rule(StringBuilder svg, double x, double y, double toX, double toY) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                x,
                y,
                toX,
                toY));
    }

    private static void text(StringBuilder svg, double x, double y, String how, String said) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, how, said));
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
