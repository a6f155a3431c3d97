package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `gpt2`. Hugging Face has its matrices the other way round ([Transposed]).
public record Gpt2() implements GgufArchitecture {
    public static final Gpt2 EXAMPLE = new Gpt2();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "n_positions")
            .count("embedding_length", "n_embd")
            .count("block_count", "n_layer")
            .count("attention.head_count", "n_head")
            .real("attention.layer_norm_epsilon", "layer_norm_epsilon")
            .fixed("activation_function", "gelu_new")
            .fixed("scale_attn_by_inverse_layer_idx", false)
            .fixed("scale_attn_weights", true)
            .inert("attn_pdrop", "embd_pdrop", "resid_pdrop", "reorder_and_upcast_attn", "n_ctx")
            .inert("summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type")
            .inert("summary_use_proj")
            .ignored("attention.head_count_kv", "rope.dimension_count");

    @Override
    public String name() {
        return "gpt2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        long hidden = reading.required("feed_forward_length");
        if (hidden != 4 * config.path("n_embd").asLong()) {
            config.put("n_inner", hidden);
        }
        Tied.read(reading);
        config.put("model_type", "gpt2").putArray("architectures").add("GPT2LMHeadModel");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        writing.count(
                "feed_forward_length",
                writing.take("n_inner").map(value -> value.asLong()).orElseGet(() -> 4 * writing.count("n_embd")));
        return writing.done();
    }

    @Override
    public Names names(ObjectNode config) {
        String layer = "transformer.h.{i}.";
        Rules rules = new Rules(config.path("n_layer").asInt())
                .map("token_embd.weight", "transformer.wte.weight")
                .map("position_embd.weight", "transformer.wpe.weight")
                .layer("output_norm", "transformer.ln_f", true)
                .layer("blk.{i}.attn_norm", layer + "ln_1", true)
                .layer("blk.{i}.ffn_norm", layer + "ln_2", true);
        String[][] matrices = {
            {"attn_qkv", "attn.c_attn"},
            {"attn_output", "attn.c_proj"},
            {"ffn_up", "mlp.c_fc"},
            {"ffn_down", "mlp.c_proj"}
        };
        for (String[] matrix : matrices) {
            rules.map("blk.{i}." + matrix[0] + ".weight", layer + matrix[1] + ".weight", new Transposed())
                    .map("blk.{i}." + matrix[0] + ".bias", layer + matrix[1] + ".bias");
        }
        rules.onlyHuggingFace(".*\\.attn\\.(masked_)?bias", "it is the causal mask");
        Tied.names(rules, config, true);
        return new Names(rules);
    }
}
