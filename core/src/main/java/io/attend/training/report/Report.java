package io.attend.training.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// A run, or several compared, as one HTML page: figures, curves, tables, samples with their attention maps,
/// and the architecture as a text tree.
///
/// The page stands alone: it opens from a file, without a network, and its policy forbids it to ask for one.
/// The same report gives the same bytes. The first chart is drawn large (give it the loss); curves of more than
/// [#POINTS] points are thinned; weights are kept to four decimals.
public record Report(
        String title,
        String about,
        List<Fact> facts,
        List<Chart> charts,
        List<Table> tables,
        List<Sample> samples,
        String architecture) {
    static final int POINTS = 2000;

    private static final String PLACE_OF_DATA = "{{data}}";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // U+2028 and lone surrogates too
            .build();

    public Report {
        facts = List.copyOf(facts);
        charts = List.copyOf(charts);
        tables = List.copyOf(tables);
        samples = List.copyOf(samples);
    }

    /// The page.
    public String html() {
        String template = template();
        int place = template.indexOf(PLACE_OF_DATA);
        return template.substring(0, place) + json() + template.substring(place + PLACE_OF_DATA.length());
    }

    /// Writes the page beside its place and renames it, so that a reader never sees half of one.
    public void write(Path path) throws IOException {
        Path beside = path.resolveSibling(path.getFileName() + ".partial");
        Files.writeString(beside, html());
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// The data the page draws. No text in it can end the element that holds it: there is no `<`, `>` or `&`.
    String json() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("title", title);
        page.put("about", about);
        page.put("facts", facts);
        page.put("charts", charts.stream().map(Report::page).toList());
        page.put("tables", tables);
        page.put("samples", samples.stream().map(Report::page).toList());
        page.put("architecture", architecture);
        return JSON.writeValueAsString(page)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static Map<String, Object> page(Chart chart) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("name", chart.name());
        page.put("curves", chart.curves().stream().map(Report::page).toList());
        return page;
    }

    private static Map<String, Object> page(Curve whole) {
        Curve curve = whole.thinned(POINTS);
        double[] y = curve.y();
        float[] rounded = new float[y.length]; // seven digits are plenty to draw
        for (int i = 0; i < y.length; i++) {
            rounded[i] = (float) y[i];
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("name", curve.name());
        page.put("x", curve.x());
        page.put("y", rounded); // NaN and the infinities become strings: gaps
        if (curve.seconds().length > 0) {
            page.put("seconds", curve.seconds());
        }
        return page;
    }

    private static Map<String, Object> page(Sample sample) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("input", sample.input());
        sample.expected().ifPresent(expected -> page.put("expected", expected));
        page.put("predicted", sample.predicted());
        page.put("maps", sample.maps().stream().map(Report::page).toList());
        return page;
    }

    private static Map<String, Object> page(AttentionMap map) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("name", map.name());
        page.put("rows", map.rows());
        page.put("columns", map.columns());
        page.put(
                "heads",
                List.of(map.weightsPerHead()).stream()
                        .map(Report::tenThousandths)
                        .toList());
        return page;
    }

    private static List<int[]> tenThousandths(float[][] weights) {
        return List.of(weights).stream()
                .map(row -> IntStream.range(0, row.length)
                        .map(i -> Math.round(10_000 * row[i]))
                        .toArray())
                .toList();
    }

    private static String template() {
        try (InputStream in = Report.class.getResourceAsStream("report.html")) {
            if (in == null) {
                throw new IllegalStateException(
                        "the template report.html is missing from Attend's jar; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the template report.html in Attend's jar cannot be read", e);
        }
    }
}
