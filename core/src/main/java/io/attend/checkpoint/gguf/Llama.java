package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `llama`: LLaMA, and Mistral and Mixtral, which are told apart by a window and by experts.
///
/// Rows of queries and keys are in another order ([Swapped]), as ggml rotates neighbours. Older files have a
/// tensor for each expert.
public record Llama() implements GgufArchitecture {
    public static final Llama EXAMPLE = new Llama();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "max_position_embeddings")
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("feed_forward_length", "intermediate_size")
            .count("attention.head_count", "num_attention_heads")
            .real("attention.layer_norm_rms_epsilon", "rms_norm_eps")
            .real("rope.freq_base", "rope_theta", 10000)
            .fixed("hidden_act", "silu")
            .inert("pretraining_tp", "output_router_logits", "router_aux_loss_coef", "router_jitter_noise")
            .inert("attention_bias", "mlp_bias")
            .ignored("rope.dimension_count", "tensor_data_layout", "expert_feed_forward_length");

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llama", "mistral", "mixtral");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        long size = Heads.read(reading);
        RopeScaling.read(reading, size, config.path("rope_theta").asDouble());
        Tied.read(reading);
        long experts = reading.count("expert_count").orElse(0L);
        long used = reading.count("expert_used_count").orElse(0L);
        long window = reading.count("attention.sliding_window").orElse(0L);
        if (experts > 0) {
            config.put("num_local_experts", experts).put("num_experts_per_tok", used);
        }
        if (window > 0) {
            config.put("sliding_window", window);
        }
        String type = experts > 0 ? "mixtral" : window > 0 ? "mistral" : "llama";
        if (type.equals("llama")) {
            config.put("attention_bias", reading.has("blk.0.attn_q.bias"));
            config.put("mlp_bias", reading.has("blk.0.ffn_up.bias"));
        }
        config.put("model_type", type)
                .putArray("architectures")
                .add(
                        switch (type) {
                            case "mixtral" -> "MixtralForCausalLM";
                            case "mistral" -> "MistralForCausalLM";
                            default -> "LlamaForCausalLM";
                        });
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        writing.count("rope.dimension_count", Heads.write(writing));
        RopeScaling.write(writing);
        writing.take("num_local_experts").ifPresent(experts -> writing.count("expert_count", experts.asLong()));
        writing.take("num_experts_per_tok").ifPresent(used -> writing.count("expert_used_count", used.asLong()));
        writing.take("sliding_window").ifPresent(window -> writing.count("attention.sliding_window", window.asLong()));
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        Heads heads = Heads.of(config);
        boolean bias = config.path("attention_bias").asBoolean(false);
        boolean feedForwardBias = config.path("mlp_bias").asBoolean(false);
        int experts = config.path("num_local_experts").asInt(0);
        String layer = "model.layers.{i}.";
        Rules rules = new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", "model.embed_tokens.weight")
                .map("output_norm.weight", "model.norm.weight")
                .map("blk.{i}.attn_norm.weight", layer + "input_layernorm.weight")
                .layer("blk.{i}.attn_q", layer + "self_attn.q_proj", heads.rotaryQueries(), bias)
                .layer("blk.{i}.attn_k", layer + "self_attn.k_proj", heads.rotaryKeys(), bias)
                .layer("blk.{i}.attn_v", layer + "self_attn.v_proj", bias)
                .layer("blk.{i}.attn_output", layer + "self_attn.o_proj", bias)
                .map("blk.{i}.ffn_norm.weight", layer + "post_attention_layernorm.weight");
        if (experts == 0) {
            rules.layer("blk.{i}.ffn_gate", layer + "mlp.gate_proj", feedForwardBias)
                    .layer("blk.{i}.ffn_up", layer + "mlp.up_proj", feedForwardBias)
                    .layer("blk.{i}.ffn_down", layer + "mlp.down_proj", feedForwardBias);
        } else {
            String expert = layer + "block_sparse_moe.experts.{x}.";
            rules.map("blk.{i}.ffn_gate_inp.weight", layer + "block_sparse_moe.gate.weight")
                    .stack("blk.{i}.ffn_gate_exps.weight", expert + "w1.weight", experts)
                    .stack("blk.{i}.ffn_down_exps.weight", expert + "w2.weight", experts)
                    .stack("blk.{i}.ffn_up_exps.weight", expert + "w3.weight", experts);
            for (int x = 0; x < experts; x++) {
                String one = expert.replace("{x}", String.valueOf(x));
                rules.older("blk.{i}.ffn_gate." + x + ".weight", List.of(one + "w1.weight"), new Same())
                        .older("blk.{i}.ffn_down." + x + ".weight", List.of(one + "w2.weight"), new Same())
                        .older("blk.{i}.ffn_up." + x + ".weight", List.of(one + "w3.weight"), new Same());
            }
        }
        rules.onlyHuggingFace(".*rotary_emb\\.inv_freq", "rope_theta makes the frequencies");
        RopeScaling.names(rules, config, heads.size());
        Tied.names(rules, config, false);
        return new Names(rules);
    }
}
