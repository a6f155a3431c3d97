package io.attend.training;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.training.report.Chart;
import io.attend.training.report.Curve;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Report;
import io.attend.training.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs beside each other: what their recipes differ in, how they did, and their curves drawn over each other.
public final class Comparison {
    private static final String ABSENT = "–";

    private final List<Run> runs;

    private Comparison(List<Run> runs) {
        this.runs = runs;
    }

    /// A run as it stands in its folder.
    ///
    /// @param measures of the finished model, or the last ones of held-out examples
    /// @param figures other numbers of a finished run
    private record Run(
            String name,
            Recipe recipe,
            List<Metrics> rows,
            Map<String, Double> measures,
            Map<String, String> figures) {}

    /// Reads runs, finished or not.
    ///
    /// @throws CheckpointException naming the file that is missing or damaged
    /// @throws IllegalArgumentException if there are fewer than two
    public static Comparison of(List<Path> folders) {
        if (folders.size() < 2) {
            throw new IllegalArgumentException("give at least two runs to compare, not " + folders.size());
        }
        List<String> names = folders.stream()
                .map(folder -> folder.toAbsolutePath().normalize().getFileName().toString())
                .toList();
        boolean distinct = new HashSet<>(names).size() == names.size();
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            runs.add(read(distinct ? names.get(i) : folders.get(i).toString(), RunFolder.open(folders.get(i))));
        }
        return new Comparison(runs);
    }

    private static Run read(String name, RunFolder folder) {
        try {
            Recipe recipe = Recipe.parse(Files.readString(folder.recipe()), List.of());
            List<Metrics> rows = MetricsLog.read(folder.metrics());
            if (!Files.exists(folder.outcome())) {
                Metrics last = rows.stream()
                        .filter(row -> row.split() == Metrics.Split.VALIDATION)
                        .max(Comparator.comparingLong(Metrics::step))
                        .orElse(Metrics.validation(0));
                Map<String, Double> measures = new LinkedHashMap<>(last.numbers());
                measures.remove(Metrics.SECONDS);
                long step = rows.isEmpty() ? 0 : rows.getLast().step();
                return new Run(name, recipe, rows, measures, Map.of("steps", count(step) + ", unfinished"));
            }
            return finished(name, recipe, rows, JsonMapper.shared().readTree(Files.readString(folder.outcome())));
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new CheckpointException(folder.path(), "cannot be compared: " + e.getMessage(), e);
        }
    }

    private static Run finished(String name, Recipe recipe, List<Metrics> rows, JsonNode outcome) {
        Map<String, Double> measures = new LinkedHashMap<>();
        outcome.required("measures")
                .properties()
                .forEach(measure ->
                        measures.put(measure.getKey(), measure.getValue().asDouble()));
        Metrics last = rows.isEmpty() ? Metrics.training(0) : rows.getLast();
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("parameters", count(outcome.required("parameters").longValue()));
        figures.put("steps", count(outcome.required("steps").longValue()));
        figures.put(
                "seconds",
                String.format(
                        Locale.ROOT,
                        "%.1f",
                        last.number(Metrics.SECONDS)
                                .orElse(outcome.required("seconds").doubleValue())));
        List<String> chosen = outcome.required("chosen")
                .valueStream()
                .map(step -> count(step.longValue()))
                .toList();
        figures.put("model of step", String.join(", ", chosen));
        outcome.path("notes")
                .properties()
                .forEach(note -> figures.put(note.getKey(), note.getValue().asString()));
        return new Run(name, recipe, rows, measures, figures);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// What the recipes differ in, a row a setting and a column a run.
    public Table differences() {
        SequencedSet<String> keys = new LinkedHashSet<>();
        List<Map<String, String>> settings = new ArrayList<>();
        for (Run run : runs) {
            settings.add(run.recipe.settings());
            keys.addAll(settings.getLast().keySet());
        }
        List<List<String>> rows = new ArrayList<>();
        for (String key : keys) {
            List<String> row = new ArrayList<>(List.of(key));
            settings.forEach(all -> row.add(all.getOrDefault(key, ABSENT)));
            if (row.stream().skip(1).distinct().count() > 1) {
                rows.add(row);
            }
        }
        return new Table("What the recipes differ in", columns(), rows);
    }

    /// How the finished models did, a row a measure and a column a run.
    public Table outcomes() {
        SequencedSet<String> measures = new LinkedHashSet<>();
        SequencedSet<String> figures = new LinkedHashSet<>();
        for (Run run : runs) {
            measures.addAll(run.measures.keySet());
            figures.addAll(run.figures.keySet());
        }
        List<List<String>> rows = new ArrayList<>();
        for (String measure : measures) {
            List<String> row = new ArrayList<>(List.of(Figures.words(measure)));
            for (Run run : runs) {
                Double number = run.measures.get(measure);
                row.add(number == null ? ABSENT : Figures.figure(measure, number));
            }
            rows.add(row);
        }
        rows.add(row("lowest validation loss", run -> lowest(run, Metrics.Split.VALIDATION)));
        rows.add(row("lowest training loss", run -> lowest(run, Metrics.Split.TRAINING)));
        for (String figure : figures) {
            List<String> row = new ArrayList<>(List.of(figure));
            runs.forEach(run -> row.add(run.figures.getOrDefault(figure, ABSENT)));
            rows.add(row);
        }
        return new Table("How they did", columns(), rows);
    }

    private List<String> row(String name, java.util.function.Function<Run, OptionalDouble> figure) {
        List<String> row = new ArrayList<>(List.of(name));
        for (Run run : runs) {
            OptionalDouble number = figure.apply(run);
            row.add(number.isPresent() ? Figures.figure(name, number.getAsDouble()) : ABSENT);
        }
        return row;
    }

    private static OptionalDouble lowest(Run run, Metrics.Split split) {
        return run.rows.stream()
                .filter(row -> row.split() == split)
                .flatMap(row -> row.number(Metrics.LOSS).stream().boxed())
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .min();
    }

    private List<String> columns() {
        List<String> columns = new ArrayList<>(List.of(""));
        runs.forEach(run -> columns.add(run.name));
        return columns;
    }

    /// A chart for each number that some run logged in a split, with a curve for each run: losses first, that
    /// of
    /// held-out examples before that of training.
    public List<Chart> charts() {
        SequencedSet<String> names = new LinkedHashSet<>(List.of(Metrics.LOSS));
        runs.forEach(run -> run.rows.forEach(row -> names.addAll(row.numbers().keySet())));
        names.removeAll(List.of(Metrics.EPOCH, Metrics.SECONDS));
        List<Chart> charts = new ArrayList<>();
        for (String name : names) {
            for (Metrics.Split split : Arrays.asList(Metrics.Split.values()).reversed()) {
                List<Curve> curves = new ArrayList<>();
                for (Run run : runs) {
                    Optional<Curve> curve = Chart.curve(run.rows, split, name);
                    curves.add(curve.map(known -> known.named(run.name))
                            .orElse(new Curve(run.name, new double[0], new double[0]))); // keeps its colour
                }
                if (curves.stream().anyMatch(curve -> curve.x().length > 0)) {
                    String of = name.equals(Metrics.LOSS) ? split.name().toLowerCase(Locale.ROOT) + " " : "";
                    charts.add(new Chart(of + Figures.words(name), curves));
                }
            }
        }
        return charts;
    }

    /// All of it as a page.
    public Report report() {
        return new Report(
                String.join(" · ", columns().subList(1, runs.size() + 1)),
                runs.size() + " training runs compared.",
                List.of(),
                charts(),
                List.of(outcomes(), differences()),
                List.of(),
                "");
    }
}
