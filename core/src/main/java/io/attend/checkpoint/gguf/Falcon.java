package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `falcon`: the parallel ones with rotary positions, of 7B's form (one key-value head, one norm) and of
/// 40B's (groups, two norms). The fused projection is in another order ([Grouped]).
public record Falcon() implements GgufArchitecture {
    public static final Falcon EXAMPLE = new Falcon();

    private static final KeyTable KEYS = new KeyTable()
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("attention.head_count", "num_attention_heads")
            .count("context_length", "max_position_embeddings")
            .count("feed_forward_length", "ffn_hidden_size")
            .real("attention.layer_norm_epsilon", "layer_norm_epsilon")
            .real("rope.freq_base", "rope_theta", 10000)
            .fixed("activation", "gelu")
            .fixed("alibi", false)
            .fixed("bias", false)
            .fixed("parallel_attn", true)
            .inert("hidden_dropout", "multi_query", "new_decoder_architecture", "num_ln_in_parallel_attn")
            .ignored("tensor_data_layout", "rope.dimension_count");

    @Override
    public String name() {
        return "falcon";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("falcon");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        long groups = reading.count("attention.head_count_kv").orElse(1L);
        boolean two = reading.has("blk.0.attn_norm_2.weight");
        config.put("new_decoder_architecture", two);
        config.put("multi_query", two || groups == 1);
        if (two) {
            config.put("num_kv_heads", groups).put("num_ln_in_parallel_attn", 2);
        }
        Tied.read(reading);
        config.put("model_type", "falcon").putArray("architectures").add("FalconForCausalLM");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(defaulted(config), name());
        writing.write(KEYS);
        writing.writeVocabulary();
        writing.take("rope_scaling").ifPresent(scaling -> writing.require("rope_scaling", scaling));
        writing.take("num_kv_heads");
        writing.count("attention.head_count_kv", groups(config));
        writing.text("tensor_data_layout", "jploski"); // the converter's name for this order
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        long heads = Math.max(1, config.path("num_attention_heads").asLong());
        long groups = Math.max(1, groups(config));
        Move fused =
                new Grouped(groups, heads / groups, config.path("hidden_size").asLong() / heads);
        String layer = "transformer.h.{i}.";
        Rules rules = new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", "transformer.word_embeddings.weight")
                .layer("output_norm", "transformer.ln_f", true)
                .layer("blk.{i}.attn_qkv", layer + "self_attention.query_key_value", fused, false)
                .layer("blk.{i}.attn_output", layer + "self_attention.dense", false)
                .layer("blk.{i}.ffn_up", layer + "mlp.dense_h_to_4h", false)
                .layer("blk.{i}.ffn_down", layer + "mlp.dense_4h_to_h", false);
        if (config.path("new_decoder_architecture").asBoolean(false)
                && config.path("num_ln_in_parallel_attn").asInt(2) == 2) {
            rules.layer("blk.{i}.attn_norm", layer + "ln_mlp", true)
                    .layer("blk.{i}.attn_norm_2", layer + "ln_attn", true);
        } else {
            rules.layer("blk.{i}.attn_norm", layer + "input_layernorm", true);
        }
        Tied.names(rules, config, true);
        return new Names(rules);
    }

    /// `num_kv_heads` counts in the new form only.
    private static long groups(ObjectNode config) {
        long heads = config.path("num_attention_heads").asLong();
        if (config.path("new_decoder_architecture").asBoolean(false)) {
            return config.path("num_kv_heads").asLong(heads);
        }
        return config.path("multi_query").asBoolean(true) ? 1 : heads;
    }

    /// What an older `config.json` does not say.
    private static ObjectNode defaulted(ObjectNode config) {
        ObjectNode all = config.deepCopy();
        if (!all.has("max_position_embeddings")) {
            all.put("max_position_embeddings", 2048);
        }
        if (!all.has("ffn_hidden_size")) {
            all.put("ffn_hidden_size", 4 * all.path("hidden_size").asLong());
        }
        return all;
    }
}
