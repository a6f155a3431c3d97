package io.attend.checkpoint.gguf;

import tools.jackson.databind.node.ObjectNode;

/// Whether the output matrix is the table of tokens, which a file says by having no `output.weight`.
final class Tied {
    private Tied() {}

    static void read(ConfigReading reading) {
        reading.config().put("tie_word_embeddings", !reading.has("output.weight"));
    }

    /// @param absent what a `config.json` means that does not say
    static boolean is(ObjectNode config, boolean absent) {
        return config.path("tie_word_embeddings").asBoolean(absent);
    }

    static void names(Rules rules, ObjectNode config, boolean absent) {
        if (is(config, absent)) {
            rules.onlyHuggingFace("lm_head\\.weight", "it is the table of tokens again");
        } else {
            rules.map("output.weight", "lm_head.weight");
        }
    }
}
