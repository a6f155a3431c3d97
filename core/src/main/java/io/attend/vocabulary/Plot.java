package io.attend.vocabulary;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/// Lines through points as an inline SVG, drawn with the page's own colours: a shape and a colour for each
/// line.
record Plot(String title, String note, String across, Scale scale, DoubleFunction<String> figure, List<Line> lines) {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 250;
    private static final int LEFT = 52;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 38;

    /// How the horizontal axis runs.
    enum Scale {
        LINEAR,
        LOGARITHMIC
    }

    /// @param style the number of its colour and shape
    record Line(int style, List<Point> points) {}

    /// @param said what a pointer held over it is told
    /// @param taken whether it is the recommended one
    record Point(double x, double y, String said, boolean taken) {}

    String svg() {
        double fromX = points(0, Double.POSITIVE_INFINITY, Math::min);
        double toX = points(0, Double.NEGATIVE_INFINITY, Math::max);
        double fromY = points(1, Double.POSITIVE_INFINITY, Math::min);
        double toY = points(1, Double.NEGATIVE_INFINITY, Math::max);
        double step = step(Math.max(toY - fromY, 1e-9 * Math.max(1, Math.abs(toY))) / 4);
        double low = Math.floor(fromY / step) * step;
        double high = Math.max(low + step, Math.ceil(toY / step) * step);
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                Html.escape(title)));
        for (int i = 0; low + i * step <= high + step / 2; i++) {
            double y = y(low + i * step, low, high);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    y,
                    y));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8,
                    y + 4,
                    figure.apply(low + i * step)));
        }
        for (double tick : ticks(fromX, toX)) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x(tick, fromX, toX),
                    HEIGHT - BOTTOM + 17,
                    thousands(tick)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                WIDTH - RIGHT,
                HEIGHT - 4,
                Html.escape(across)));
        for (Line line : lines) {
            svg.append(String.format(Locale.ROOT, "<g class=\"s%d\">", line.style));
            StringBuilder places = new StringBuilder();
            StringBuilder dots = new StringBuilder();
            for (Point point : line.points) {
                double x = x(point.x, fromX, toX);
                double y = y(point.y, low, high);
                places.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
                dots.append("<g><title>").append(Html.escape(point.said)).append("</title>");
                if (point.taken) {
                    dots.append(String.format(
                            Locale.ROOT, "<circle class=\"taken\" cx=\"%.1f\" cy=\"%.1f\" r=\"8.5\"/>", x, y));
                }
                dots.append(dot(line.style, x, y)).append("</g>");
            }
            svg.append("<polyline points=\"")
                    .append(places.toString().strip())
                    .append("\"/>")
                    .append(dots)
                    .append("</g>");
        }
        return svg.append("</svg>").toString();
    }

    /// The shape of a line's points.
    static String dot(int style, double x, double y) {
        String way = switch (style % 7) {
            case 0 -> "M%1$.1f %2$.1fm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0";
            case 1 -> "M%1$.1f %2$.1fm-3.6 -3.6h7.2v7.2h-7.2z";
            case 2 -> "M%1$.1f %2$.1fm0 -4.8l4.6 8h-9.2z";
            case 3 -> "M%1$.1f %2$.1fm0 -5l5 5l-5 5l-5 -5z";
            case 4 -> "M%1$.1f %2$.1fm0 4.8l4.6 -8h-9.2z";
            case 5 -> "M%1$.1f %2$.1fm-4.4 -1.4h3v-3h2.8v3h3v2.8h-3v3h-2.8v-3h-3z";
            default -> "M%1$.1f %2$.1fm-4.5 -2h9v4h-9z";
        };
        return String.format(Locale.ROOT, "<path class=\"dot\" d=\"" + way + "\"/>", x, y);
    }

    private interface Choice {
        double of(double a, double b);
    }

    private double points(int axis, double first, Choice choice) {
        double chosen = first;
        for (Line line : lines) {
            for (Point point : line.points) {
                chosen = choice.of(chosen, axis == 0 ? point.x : point.y);
            }
        }
        return chosen;
    }

    private double x(double value, double from, double to) {
        double share = to == from
                ? 0.5
                : scale == Scale.LOGARITHMIC
                        ? Math.log(value / from) / Math.log(to / from)
                        : (value - from) / (to - from);
        return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24);
    }

    private static double y(double value, double low, double high) {
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }

    private List<Double> ticks(double from, double to) {
        List<Double> ticks = new ArrayList<>();
        if (scale == Scale.LOGARITHMIC) {
            for (double decade = Math.pow(10, Math.floor(Math.log10(from))); decade <= to; decade *= 10) {
                for (double one : to / from > 300 ? new double[] {1} : new double[] {1, 2, 5}) {
                    if (one * decade >= from * 0.999 && one * decade <= to * 1.001) {
                        ticks.add(one * decade);
                    }
                }
            }
        } else {
            double step = step((to - from) / 5);
            for (double at = Math.ceil(from / step) * step; at <= to; at += step) {
                ticks.add(at);
            }
        }
        return ticks;
    }

    /// The next of 1, 2, 2.5, 5 times a power of ten.
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-12))));
        for (double one : new double[] {1, 2, 2.5, 5}) {
            if (one * power >= least * 0.999) {
                return one * power;
            }
        }
        return 10 * power;
    }

    private static String thousands(double value) {
        return value >= 1000 ? trimmed(value / 1000) + "k" : trimmed(value);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceFirst("\\.?0+$", "");
    }
}
