package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A GGUF file's values as `config.json` says them. Every key of it must be asked for or known to change
/// nothing, or is an error.
final class ConfigWriting {
    /// The file's key and that of `config.json`.
    static final String[][] SPECIAL_TOKENS = {
        {"tokenizer.ggml.bos_token_id", "bos_token_id"},
        {"tokenizer.ggml.eos_token_id", "eos_token_id"},
        {"tokenizer.ggml.padding_token_id", "pad_token_id"}
    };

    private final ObjectNode config;
    private final String architecture;
    private final Map<String, GgufValue> values = new LinkedHashMap<>();
    private final Set<String> read = new HashSet<>();

    ConfigWriting(ObjectNode config, String architecture) {
        this.config = config;
        this.architecture = architecture;
        values.put("general.architecture", GgufValue.of(architecture));
    }

    void count(String key, long value) {
        values.put(architecture + "." + key, GgufValue.of(GgufValue.Type.UINT32, value));
    }

    void real(String key, double value) {
        values.put(architecture + "." + key, GgufValue.of((float) value));
    }

    void text(String key, String value) {
        values.put(architecture + "." + key, GgufValue.of(value));
    }

    void flag(String key, boolean value) {
        values.put(architecture + "." + key, GgufValue.of(value));
    }

    /// A value of `config.json`; none if it is absent or null.
    Optional<JsonNode> take(String key) {
        read.add(key);
        return Optional.ofNullable(config.get(key)).filter(value -> !value.isNull());
    }

    long count(String key) {
        return take(key)
                .orElseThrow(() -> fault("has no " + key + ", which the file needs"))
                .asLong();
    }

    void write(KeyTable table) {
        for (KeyTable.Row row : table.rows()) {
            JsonNode value = take(row.huggingFace()).orElse(null);
            if (value == null && row.absent().isEmpty() || value != null && !value.isNumber()) {
                throw fault("has " + row.huggingFace() + " = " + value + " where a number belongs");
            }
            double number = value == null ? row.absent().getAsDouble() : value.asDouble();
            if (row.whole()) {
                count(row.gguf(), (long) number);
            } else {
                real(row.gguf(), number);
            }
        }
        for (KeyTable.Fixed fixed : table.fixed()) {
            JsonNode[] accepted = fixed.values().toArray(JsonNode[]::new);
            take(fixed.huggingFace()).ifPresent(value -> require(fixed.huggingFace(), value, accepted));
        }
        read.addAll(table.inert());
    }

    void writeVocabulary() {
        count("vocab_size", count("vocab_size"));
        for (String[] pair : SPECIAL_TOKENS) {
            take(pair[1])
                    .map(value -> value.isArray() ? value.path(0) : value) // of several ends a file names the first
                    .filter(JsonNode::isIntegralNumber)
                    .ifPresent(value -> values.put(pair[0], GgufValue.of(GgufValue.Type.UINT32, value.asLong())));
        }
    }

    void require(String key, JsonNode value, JsonNode... accepted) {
        if (!Arrays.asList(accepted).contains(value)) {
            throw fault("has " + key + " = " + value + ", which GGUF's " + architecture + " cannot say; it can: "
                    + Arrays.toString(accepted));
        }
    }

    IllegalArgumentException fault(String message) {
        return new IllegalArgumentException("config.json " + message);
    }

    Map<String, GgufValue> done() {
        config.properties().forEach(entry -> {
            if (!read.contains(entry.getKey()) && !entry.getValue().isNull()) {
                throw fault("has " + entry.getKey() + " = " + entry.getValue() + ", which is not known to GGUF's "
                        + architecture);
            }
        });
        return values;
    }
}
