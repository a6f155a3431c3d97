package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON lines: a JSON object on each line, of which some fields are learned from. UTF-8, packed with gzip if
/// the name ends in `.gz`; empty lines are none.
///
/// @param path the rows to learn from
/// @param heldOutPath the rows to be judged by, if they have a file of their own
/// @param heldOutEvery one row in so many is held out otherwise
/// @param fields what of a row is learned from
@Source(paper = "JSON Lines", reference = "jsonlines.org")
public record JsonLines(
        String path,
        Optional<String> heldOutPath,
        @Default("20") int heldOutEvery,
        @Default("\"TextField\"") Fields fields)
        implements TableFile {
    public static final JsonLines EXAMPLE = new JsonLines("texts.jsonl", Optional.empty(), 20, TextField.EXAMPLE);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public JsonLines {
        TableFile.check(heldOutEvery);
    }

    @Override
    public Rows rows(String file) {
        Lines lines = Lines.open(file);
        return new Rows() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public Row next() {
                String line = lines.next();
                return new Item(lines.place(), read(lines.place(), line));
            }

            @Override
            public void close() {
                lines.close();
            }
        };
    }

    private static JsonNode read(String place, String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JacksonException e) {
            String reason =
                    e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst(" \\(start marker .*", "");
            throw new IllegalArgumentException(
                    place
                            + (e.getLocation() == null
                                    ? ""
                                    : ", column " + e.getLocation().getColumnNr()) + ": no JSON: " + reason,
                    e);
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException(
                    place + ": expected a JSON object with fields, as {\"text\": \"...\"}, found another value");
        }
        return node;
    }

    private record Item(String place, JsonNode fields) implements Row {
        @Override
        public String text(String field) {
            JsonNode value = value(field);
            return switch (value.getNodeType()) {
                case STRING -> value.stringValue();
                case NUMBER, BOOLEAN -> value.asString();
                case ARRAY -> throw TableFile.unfit(place, field, "a list");
                case OBJECT ->
                    throw TableFile.unfit(place, field, "an object with the fields " + value.propertyNames());
                default -> throw TableFile.unfit(place, field, "nothing (null)");
            };
        }

        private JsonNode value(String field) {
            JsonNode value = fields.get(field);
            if (value == null) {
                value = fields;
                for (String name : field.split("\\.", -1)) {
                    value = value.path(name);
                }
            }
            if (value.isMissingNode()) {
                throw TableFile.missing(place, field, List.copyOf(fields.propertyNames()));
            }
            return value;
        }
    }
}
