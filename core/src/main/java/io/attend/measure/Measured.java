package io.attend.measure;

import io.attend.value.Values;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// What was measured of one way to mix positions, and how it can be measured again.
///
/// @param mixer its name, `SoftmaxAttention.CAUSAL`
/// @param threads the engine's
/// @param machine in words
/// @param date of the measurement
/// @param command that made it
/// @param figures by length, shortest first
public record Measured(
        String mixer,
        int width,
        int heads,
        int threads,
        String machine,
        String date,
        String command,
        List<Figure> figures) {
    private static final String COMMITTED = "measurements.jsonl";

    /// The lengths that a growth is read from: those of the last three doublings.
    private static final double SPAN = 8;

    public Measured {
        figures = figures.stream()
                .sorted(Comparator.comparingLong(Figure::length))
                .toList();
    }

    /// The table that travels with Attend, by mixer.
    public static Map<String, Measured> committed() {
        try (InputStream in = Measured.class.getResourceAsStream(COMMITTED)) {
            return in == null ? Map.of() : read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + COMMITTED, e);
        }
    }

    /// A table: one measured mixer a line, in JSON.
    public static Map<String, Measured> read(String lines) {
        Map<String, Measured> all = new LinkedHashMap<>();
        lines.lines().filter(line -> !line.isBlank()).forEach(line -> {
            Measured one = Values.parse(Measured.class, line);
            all.put(one.mixer, one);
        });
        return all;
    }

    /// The same table with these in the place of those of the same names.
    public static String lines(Map<String, Measured> table) {
        StringBuilder lines = new StringBuilder();
        table.values().stream()
                .sorted(Comparator.comparing(Measured::mixer))
                .forEach(one -> lines.append(Values.write(one)).append('\n'));
        return lines.toString();
    }

    public Optional<Figure> at(long length) {
        return figures.stream().filter(figure -> figure.length() == length).findFirst();
    }

    /// The lengths of the last three doublings that were measured, and the one before them.
    public List<Figure> last() {
        if (figures.isEmpty()) {
            return List.of();
        }
        long longest = figures.getLast().length();
        return figures.stream()
                .filter(figure -> SPAN * figure.length() >= longest)
                .toList();
    }

    /// The power of T that something grew with over the last three doublings: the slope of the least squares of
    /// its logarithm; absent where there are not two lengths, or nothing to see.
    public OptionalDouble exponent(ToDoubleFunction<Figure> what) {
        List<double[]> points = last().stream()
                .map(figure -> new double[] {Math.log(figure.length()), Math.log(what.applyAsDouble(figure))})
                .filter(point -> Double.isFinite(point[1]))
                .toList();
        if (points.size() < 2) {
            return OptionalDouble.empty();
        }
        double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double both = points.stream()
                .mapToDouble(point -> (point[0] - x) * (point[1] - y))
                .sum();
        double across = points.stream()
                .mapToDouble(point -> (point[0] - x) * (point[0] - x))
                .sum();
        return OptionalDouble.of(both / across);
    }

    /// The length from which on this takes less than another, between lengths at which both were measured; the
    /// shortest of them if it always does, absent if not at the longest.
    public OptionalDouble crossing(Measured other, ToDoubleFunction<Figure> what) {
        List<Figure> shared = figures.stream()
                .filter(figure -> what.applyAsDouble(figure) > 0)
                .filter(figure -> other.at(figure.length())
                        .filter(beside -> what.applyAsDouble(beside) > 0)
                        .isPresent())
                .toList();
        double crossing = Double.NaN;
        for (int i = shared.size() - 1; i >= 0; i--) {
            double gain = gain(shared.get(i), other, what);
            if (gain <= 0) {
                if (i == shared.size() - 1) {
                    return OptionalDouble.empty();
                }
                double next = gain(shared.get(i + 1), other, what);
                double share = -gain / (next - gain);
                double from = Math.log(shared.get(i).length());
                return OptionalDouble.of(Math.exp(
                        from + share * (Math.log(shared.get(i + 1).length()) - from)));
            }
            crossing = shared.get(i).length();
        }
        return shared.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(crossing);
    }

    /// The logarithm of how many times less this takes.
    private static double gain(Figure figure, Measured other, ToDoubleFunction<Figure> what) {
        return Math.log(what.applyAsDouble(other.at(figure.length()).orElseThrow()) / what.applyAsDouble(figure));
    }
}
