package io.attend.training.report;

import io.attend.training.report.Metrics.Split;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The metrics of a run as a file of JSON lines (`metrics.jsonl`), one [Metrics] a line, in the order of their
/// steps.
///
/// Each line is handed to the operating system as it is written. A line counts once it has its line feed: what
/// a killed process left unfinished behind the last one is not read, and cut off before more is written. No
/// step appears twice in a split: a run that resumes from step N first cuts the log back to N.
public final class MetricsLog implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 16;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path path;
    private final FileChannel channel;
    private final Map<Split, Long> last;

    private MetricsLog(Path path, FileChannel channel, Map<Split, Long> last) {
        this.path = path;
        this.channel = channel;
        this.last = last;
    }

    /// All rows; none if there is no such file.
    ///
    /// @throws IOException if the file cannot be read or a line is not one of metrics
    public static List<Metrics> read(Path path) throws IOException {
        List<Metrics> rows = new ArrayList<>();
        scan(path, (metrics, end) -> rows.add(metrics));
        return rows;
    }

    /// Opens the log to write behind its last row; makes it if there is none.
    public static MetricsLog append(Path path) throws IOException {
        return resume(path, Long.MAX_VALUE);
    }

    /// Opens the log to write behind step `step`: rows of later steps, which the resumed run will measure
    /// again, go.
    public static MetricsLog resume(Path path, long step) throws IOException {
        long[] keep = {0};
        Map<Split, Long> last = new EnumMap<>(Split.class);
        scan(path, (metrics, end) -> {
            if (metrics.step() <= step) {
                keep[0] = end;
                last.put(metrics.split(), metrics.step());
            }
        });
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(keep[0]).position(keep[0]);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new MetricsLog(path, channel, last);
    }

    /// Appends one row.
    ///
    /// @throws IllegalArgumentException if its step is before an earlier row's, or already written for its
    ///     split
    public void write(Metrics metrics) throws IOException {
        inOrder(metrics, last, path.toString());
        ByteBuffer line = StandardCharsets.UTF_8.encode(json(metrics) + "\n");
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void inOrder(Metrics metrics, Map<Split, Long> last, String where) {
        long step = metrics.step();
        for (Map.Entry<Split, Long> entry : last.entrySet()) {
            if (step < entry.getValue() || step == entry.getValue() && entry.getKey() == metrics.split()) {
                throw new IllegalArgumentException(where + ": step " + step + " (" + name(metrics.split())
                        + ") comes after step " + entry.getValue() + " (" + name(entry.getKey())
                        + "); steps must grow, so cut the log back to the step you resume from");
            }
        }
        last.put(metrics.split(), step);
    }

    /// Calls `row` with each finished row and the offset behind its line feed.
    private static void scan(Path path, BiConsumer<Metrics, Long> row) throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        Map<Split, Long> last = new EnumMap<>(Split.class);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long offset = 0;
            int number = 1;
            for (int next = in.read(); next >= 0; next = in.read()) {
                offset++;
                if (next != '\n') {
                    if (line.size() == LONGEST_LINE) {
                        throw new IOException(path + " line " + number + " is longer than " + LONGEST_LINE
                                + " bytes; this is not a file of metrics");
                    }
                    line.write(next);
                    continue;
                }
                String where = path + " line " + number;
                Metrics metrics = parse(line.toString(StandardCharsets.UTF_8), where);
                try {
                    inOrder(metrics, last, where);
                } catch (IllegalArgumentException e) {
                    throw new IOException(e.getMessage(), e);
                }
                row.accept(metrics, offset);
                line.reset();
                number++;
            }
        }
    }

    private static String json(Metrics metrics) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("step", metrics.step());
        object.put("split", name(metrics.split()));
        object.putAll(metrics.numbers()); // NaN and the infinities as strings, since JSON lacks them
        return JSON.writeValueAsString(object);
    }

    private static Metrics parse(String line, String where) throws IOException {
        try {
            JsonNode object = JSON.readTree(line);
            Map<String, Double> numbers = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                if (!entry.getKey().equals("step") && !entry.getKey().equals("split")) {
                    numbers.put(entry.getKey(), number(entry.getValue()));
                }
            }
            return new Metrics(object.required("step").longValue(), split(object.required("split")), numbers);
        } catch (JacksonException | IllegalArgumentException e) {
            String reason = e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
            throw new IOException(where + " is not a row of metrics: " + reason, e);
        }
    }

    private static double number(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return switch (node.isString() ? node.stringValue() : node.toString()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new IllegalArgumentException(node + " is not a number");
        };
    }

    private static Split split(JsonNode node) {
        for (Split split : Split.values()) {
            if (node.isString() && node.stringValue().equals(name(split))) {
                return split;
            }
        }
        throw new IllegalArgumentException("split " + node + " is not \"training\" or \"validation\"");
    }

    private static String name(Split split) {
        return split.name().toLowerCase(Locale.ROOT);
    }
}
