package io.attend.checkpoint.gguf;

import tools.jackson.databind.node.ObjectNode;

/// The heads of a model with grouped keys, as `config.json` says them: a size that is not there is width /
/// heads, and a number of key-value heads that of the heads.
record Heads(long queries, long keys, long size) {
    static Heads of(ObjectNode config) {
        long queries = config.path("num_attention_heads").asLong();
        if (queries < 1) {
            throw new IllegalArgumentException("config.json has num_attention_heads = " + queries);
        }
        return new Heads(
                queries,
                config.path("num_key_value_heads").asLong(queries),
                config.path("head_dim").asLong(config.path("hidden_size").asLong() / queries));
    }

    /// Reads key-value heads and size, given width and heads.
    ///
    /// @return the size of a head
    static long read(ConfigReading reading) {
        ObjectNode config = reading.config();
        long heads = config.path("num_attention_heads").asLong();
        long width = config.path("hidden_size").asLong();
        if (heads < 1) {
            throw reading.fault("attention.head_count is " + heads);
        }
        config.put(
                "num_key_value_heads", reading.count("attention.head_count_kv").orElse(heads));
        long size = reading.count("attention.key_length").orElse(width / heads);
        long values = reading.count("attention.value_length").orElse(width / heads);
        if (size != values || size < 1) {
            throw reading.fault("attention.key_length is " + size + " and attention.value_length " + values
                    + "; they must be one size");
        }
        if (size * heads != width) {
            config.put("head_dim", size);
        }
        return size;
    }

    /// Writes key-value heads and size.
    ///
    /// @return the size of a head
    static long write(ConfigWriting writing) {
        long heads = writing.count("num_attention_heads");
        writing.count(
                "attention.head_count_kv",
                writing.take("num_key_value_heads").map(value -> value.asLong()).orElse(heads));
        long size = writing.take("head_dim")
                .map(value -> value.asLong())
                .orElseGet(() -> writing.count("hidden_size") / heads);
        writing.count("attention.key_length", size);
        writing.count("attention.value_length", size);
        return size;
    }

    Move rotaryQueries() {
        return Swapped.rotary(queries, size);
    }

    Move rotaryKeys() {
        return Swapped.rotary(keys, size);
    }
}
