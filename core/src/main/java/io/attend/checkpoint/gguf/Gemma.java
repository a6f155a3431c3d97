package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `gemma`: the first Gemma. Its norms multiply by 1 + w, and the file has the sum ([PlusOne]).
public record Gemma() implements GgufArchitecture {
    public static final Gemma EXAMPLE = new Gemma();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "max_position_embeddings")
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("feed_forward_length", "intermediate_size")
            .count("attention.head_count", "num_attention_heads")
            .real("attention.layer_norm_rms_epsilon", "rms_norm_eps")
            .real("rope.freq_base", "rope_theta", 10000)
            .fixed("hidden_act", "gelu_pytorch_tanh", "gelu") // the first models say gelu and mean the other
            .fixed("hidden_activation", "gelu_pytorch_tanh")
            .fixed("attention_bias", false)
            .ignored("rope.dimension_count");

    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        reading.config().put("head_dim", Heads.read(reading)); // where it is not there, Hugging Face takes 256
        Tied.read(reading);
        reading.config().put("model_type", "gemma").putArray("architectures").add("GemmaForCausalLM");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        Heads.write(writing);
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        String layer = "model.layers.{i}.";
        Rules rules = new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", "model.embed_tokens.weight")
                .map("output_norm.weight", "model.norm.weight", new PlusOne())
                .map("blk.{i}.attn_norm.weight", layer + "input_layernorm.weight", new PlusOne())
                .layer("blk.{i}.attn_q", layer + "self_attn.q_proj", false)
                .layer("blk.{i}.attn_k", layer + "self_attn.k_proj", false)
                .layer("blk.{i}.attn_v", layer + "self_attn.v_proj", false)
                .layer("blk.{i}.attn_output", layer + "self_attn.o_proj", false)
                .map("blk.{i}.ffn_norm.weight", layer + "post_attention_layernorm.weight", new PlusOne())
                .layer("blk.{i}.ffn_gate", layer + "mlp.gate_proj", false)
                .layer("blk.{i}.ffn_up", layer + "mlp.up_proj", false)
                .layer("blk.{i}.ffn_down", layer + "mlp.down_proj", false)
                .onlyHuggingFace(".*rotary_emb\\.inv_freq", "rope_theta makes the frequencies");
        Tied.names(rules, config, true);
        return new Names(rules);
    }
}
