package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `bloom`. Hugging Face fuses queries, keys and values head by head, the file kind by kind ([Swapped]).
public record Bloom() implements GgufArchitecture {
    public static final Bloom EXAMPLE = new Bloom();

    private static final KeyTable KEYS = new KeyTable()
            .count("embedding_length", "hidden_size")
            .count("block_count", "n_layer")
            .count("attention.head_count", "n_head")
            .real("attention.layer_norm_epsilon", "layer_norm_epsilon")
            .fixed("apply_residual_connection_post_layernorm", false)
            .inert("hidden_dropout", "pretraining_tp", "slow_but_exact", "masked_softmax_fusion")
            .ignored("attention.head_count_kv", "context_length", "feed_forward_length") // width and 4 x width
            .ignored("attention.max_alibi_bias", "rope.dimension_count");

    @Override
    public String name() {
        return "bloom";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bloom");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        Tied.read(reading);
        reading.config().put("model_type", "bloom").putArray("architectures").add("BloomForCausalLM");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        long width = writing.count("hidden_size");
        writing.count(
                "context_length",
                writing.take("seq_length").map(value -> value.asLong()).orElse(width));
        writing.count("feed_forward_length", 4 * width);
        writing.count("attention.head_count_kv", writing.count("n_head"));
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        long heads = Math.max(1, config.path("n_head").asLong());
        Move fused = new Swapped(1, heads, 3, config.path("hidden_size").asLong() / heads);
        String layer = "transformer.h.{i}.";
        Rules rules = new Rules(config.path("n_layer").asInt())
                .map("token_embd.weight", "transformer.word_embeddings.weight")
                .layer("token_embd_norm", "transformer.word_embeddings_layernorm", true)
                .layer("output_norm", "transformer.ln_f", true)
                .layer("blk.{i}.attn_norm", layer + "input_layernorm", true)
                .layer("blk.{i}.attn_qkv", layer + "self_attention.query_key_value", fused, true)
                .layer("blk.{i}.attn_output", layer + "self_attention.dense", true)
                .layer("blk.{i}.ffn_norm", layer + "post_attention_layernorm", true)
                .layer("blk.{i}.ffn_up", layer + "mlp.dense_h_to_4h", true)
                .layer("blk.{i}.ffn_down", layer + "mlp.dense_4h_to_h", true);
        Tied.names(rules, config, true);
        return new Names(rules);
    }
}
