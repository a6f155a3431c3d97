package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// `phi2`: Phi 1, 1.5 and 2. Older files fuse queries, keys and values.
public record Phi2() implements GgufArchitecture {
    public static final Phi2 EXAMPLE = new Phi2();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "max_position_embeddings")
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("feed_forward_length", "intermediate_size")
            .count("attention.head_count", "num_attention_heads")
            .real("attention.layer_norm_epsilon", "layer_norm_eps")
            .real("rope.freq_base", "rope_theta", 10000)
            .fixed("hidden_act", "gelu_new")
            .fixed("qk_layernorm", false)
            .inert("embd_pdrop", "resid_pdrop");

    @Override
    public String name() {
        return "phi2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("phi");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        long size = Heads.read(reading);
        long rotated = reading.required("rope.dimension_count");
        config.put("partial_rotary_factor", (double) rotated / size);
        RopeScaling.read(reading, rotated, config.path("rope_theta").asDouble());
        Tied.read(reading);
        config.put("model_type", "phi").putArray("architectures").add("PhiForCausalLM");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        long size = Heads.write(writing);
        double part = writing.take("partial_rotary_factor")
                .map(value -> value.asDouble())
                .orElse(0.5);
        writing.count("rope.dimension_count", (long) (part * size));
        RopeScaling.write(writing);
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        Heads heads = Heads.of(config);
        Split fused = new Split(
                List.of(heads.queries() * heads.size(), heads.keys() * heads.size(), heads.keys() * heads.size()));
        String layer = "model.layers.{i}.";
        Rules rules = new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", "model.embed_tokens.weight")
                .layer("output_norm", "model.final_layernorm", true)
                .layer("blk.{i}.attn_norm", layer + "input_layernorm", true)
                .layer("blk.{i}.attn_q", layer + "self_attn.q_proj", true)
                .layer("blk.{i}.attn_k", layer + "self_attn.k_proj", true)
                .layer("blk.{i}.attn_v", layer + "self_attn.v_proj", true)
                .layer("blk.{i}.attn_output", layer + "self_attn.dense", true)
                .layer("blk.{i}.ffn_up", layer + "mlp.fc1", true)
                .layer("blk.{i}.ffn_down", layer + "mlp.fc2", true)
                .map("output.bias", "lm_head.bias");
        for (String kind : List.of(".weight", ".bias")) {
            List<String> parts = Stream.of("q_proj", "k_proj", "v_proj")
                    .map(part -> layer + "self_attn." + part + kind)
                    .toList();
            rules.older("blk.{i}.attn_qkv" + kind, parts, fused);
        }
        double part = config.path("partial_rotary_factor").asDouble(0.5);
        RopeScaling.names(rules, config, (long) (part * heads.size()));
        Tied.names(rules, config, false);
        return new Names(rules);
    }
}
