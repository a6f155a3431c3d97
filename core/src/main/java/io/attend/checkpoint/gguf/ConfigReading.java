package io.attend.checkpoint.gguf;

import io.attend.checkpoint.CheckpointException;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.GgufHead;
import io.attend.tokenizer.format.GgufValue;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `config.json` as a GGUF file says it. Every key of the architecture must be asked for, or is an error.
final class ConfigReading {
    private final GgufFile file;
    private final String prefix;
    private final ObjectNode config = JsonNodeFactory.instance.objectNode();
    private final Set<String> read = new HashSet<>();

    ConfigReading(GgufFile file, String architecture) {
        this.file = file;
        this.prefix = architecture + ".";
    }

    ObjectNode config() {
        return config;
    }

    GgufFile file() {
        return file;
    }

    boolean has(String tensor) {
        return file.entries().containsKey(tensor);
    }

    /// The shape of a tensor the file must have.
    Shape shape(String tensor) {
        return file.tensor(tensor).shape();
    }

    Optional<Long> count(String key) {
        return take(key, GgufValue::integer);
    }

    /// A number as its shortest decimal: 1e-6, not what float32 makes of it.
    Optional<Double> real(String key) {
        return take(
                key,
                value -> value.type() == GgufValue.Type.FLOAT32
                        ? Double.parseDouble(Float.toString((float) value.number()))
                        : value.number());
    }

    Optional<String> text(String key) {
        return take(key, GgufValue::text);
    }

    long required(String key) {
        return count(key).orElseThrow(() -> missing(key));
    }

    void read(KeyTable table) {
        for (KeyTable.Row row : table.rows()) {
            if (row.whole()) {
                config.put(row.huggingFace(), required(row.gguf()));
            } else {
                Optional<Double> value = real(row.gguf());
                config.put(
                        row.huggingFace(), value.orElseGet(() -> row.absent().orElseThrow(() -> missing(row.gguf()))));
            }
        }
        table.fixed()
                .forEach(fixed -> config.set(fixed.huggingFace(), fixed.values().getFirst()));
        table.ignored().forEach(key -> read.add(prefix + key));
    }

    /// The ids of special tokens, the number of tokens, whether the output is the table again.
    void readVocabulary() {
        GgufHead head = file.head();
        for (String[] pair : ConfigWriting.SPECIAL_TOKENS) {
            if (head.has(pair[0])) {
                config.put(pair[1], checked(pair[0], GgufValue::integer));
            }
        }
        long rows = shape("token_embd.weight").size(0);
        count("vocab_size").ifPresent(said -> {
            if (said != rows) {
                throw fault(prefix + "vocab_size is " + said + " but token_embd.weight has " + rows + " rows");
            }
        });
        config.put("vocab_size", rows);
    }

    /// The finished tree.
    ObjectNode done() {
        for (String key : file.head().values().keySet()) {
            if (key.startsWith(prefix) && !read.contains(key)) {
                throw new CheckpointException(
                        file.path(), "has " + key + " = " + file.head().values().get(key) + ", which is not known");
            }
        }
        return config;
    }

    CheckpointException fault(String message) {
        return new CheckpointException(file.path(), message);
    }

    private CheckpointException missing(String key) {
        return fault("has no " + prefix + key + ", which its architecture needs");
    }

    private <T> Optional<T> take(String key, Function<GgufValue, T> as) {
        String full = prefix + key;
        read.add(full);
        return file.head().has(full) ? Optional.of(checked(full, as)) : Optional.empty();
    }

    private <T> T checked(String key, Function<GgufValue, T> as) {
        try {
            return as.apply(file.head().values().get(key));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file.path(), key + " " + e.getMessage(), e);
        }
    }
}
