package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/// `qwen2`: Qwen 2 and 2.5, whose queries, keys and values have biases.
public record Qwen2() implements GgufArchitecture {
    public static final Qwen2 EXAMPLE = new Qwen2();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "max_position_embeddings")
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("feed_forward_length", "intermediate_size")
            .count("attention.head_count", "num_attention_heads")
            .real("attention.layer_norm_rms_epsilon", "rms_norm_eps")
            .real("rope.freq_base", "rope_theta", 10000)
            .fixed("hidden_act", "silu")
            .fixed("use_sliding_window", false)
            .inert("max_window_layers", "sliding_window") // of no effect unless use_sliding_window
            .ignored("rope.dimension_count");

    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen2");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        RopeScaling.read(reading, Heads.read(reading), config.path("rope_theta").asDouble());
        Tied.read(reading);
        config.put("model_type", "qwen2").putArray("architectures").add("Qwen2ForCausalLM");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        Heads.write(writing);
        RopeScaling.write(writing);
        writing.take("attention_bias").ifPresent(value -> writing.require("attention_bias", value, BooleanNode.TRUE));
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        String layer = "model.layers.{i}.";
        Rules rules = new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", "model.embed_tokens.weight")
                .map("output_norm.weight", "model.norm.weight")
                .map("blk.{i}.attn_norm.weight", layer + "input_layernorm.weight")
                .layer("blk.{i}.attn_q", layer + "self_attn.q_proj", true)
                .layer("blk.{i}.attn_k", layer + "self_attn.k_proj", true)
                .layer("blk.{i}.attn_v", layer + "self_attn.v_proj", true)
                .layer("blk.{i}.attn_output", layer + "self_attn.o_proj", false)
                .map("blk.{i}.ffn_norm.weight", layer + "post_attention_layernorm.weight")
                .layer("blk.{i}.ffn_gate", layer + "mlp.gate_proj", false)
                .layer("blk.{i}.ffn_up", layer + "mlp.up_proj", false)
                .layer("blk.{i}.ffn_down", layer + "mlp.down_proj", false)
                .onlyHuggingFace(".*rotary_emb\\.inv_freq", "rope_theta makes the frequencies");
        RopeScaling.names(rules, config, Heads.of(config).size());
        Tied.names(rules, config, false);
        return new Names(rules);
    }
}
