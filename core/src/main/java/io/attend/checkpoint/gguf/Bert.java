package io.attend.checkpoint.gguf;

import io.attend.tokenizer.format.GgufValue;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `bert`: the encoder alone. GGUF has no place for BERT's pooler and heads; what a file is read as has none.
public record Bert() implements GgufArchitecture {
    public static final Bert EXAMPLE = new Bert();

    private static final KeyTable KEYS = new KeyTable()
            .count("context_length", "max_position_embeddings")
            .count("embedding_length", "hidden_size")
            .count("block_count", "num_hidden_layers")
            .count("feed_forward_length", "intermediate_size")
            .count("attention.head_count", "num_attention_heads")
            .real("attention.layer_norm_epsilon", "layer_norm_eps")
            .fixed("hidden_act", "gelu")
            .fixed("position_embedding_type", "absolute")
            .fixed("is_decoder", false)
            .fixed("add_cross_attention", false)
            .inert(
                    "attention_probs_dropout_prob",
                    "hidden_dropout_prob",
                    "classifier_dropout",
                    "gradient_checkpointing")
            .inert("type_vocab_size", "add_pooling_layer")
            .ignored("attention.causal", "attention.head_count_kv", "pooling_type");

    @Override
    public String name() {
        return "bert";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public ObjectNode config(GgufFile file) {
        ConfigReading reading = new ConfigReading(file, name());
        reading.read(KEYS);
        reading.readVocabulary();
        ObjectNode config = reading.config();
        config.put("type_vocab_size", reading.shape("token_types.weight").size(0));
        config.put("add_pooling_layer", false);
        config.put("model_type", "bert").putArray("architectures").add("BertModel");
        return reading.done();
    }

    @Override
    public Map<String, GgufValue> metadata(ObjectNode config) {
        ConfigWriting writing = new ConfigWriting(config, name());
        writing.write(KEYS);
        writing.writeVocabulary();
        writing.flag("attention.causal", false);
        Map<String, GgufValue> values = writing.done();
        values.put(
                "tokenizer.ggml.token_type_count",
                GgufValue.of(
                        GgufValue.Type.UINT32, config.path("type_vocab_size").asLong(2)));
        return values;
    }

    /// A model with a head has its encoder under `bert.`.
    @Override
    public Names names(ObjectNode config) {
        String model = config.path("architectures").path(0).asString("BertModel");
        String prefix = model.equals("BertModel") ? "" : "bert.";
        String layer = prefix + "encoder.layer.{i}.";
        return new Names(new Rules(config.path("num_hidden_layers").asInt())
                .map("token_embd.weight", prefix + "embeddings.word_embeddings.weight")
                .map("position_embd.weight", prefix + "embeddings.position_embeddings.weight")
                .map("token_types.weight", prefix + "embeddings.token_type_embeddings.weight")
                .layer("token_embd_norm", prefix + "embeddings.LayerNorm", true)
                .layer("blk.{i}.attn_q", layer + "attention.self.query", true)
                .layer("blk.{i}.attn_k", layer + "attention.self.key", true)
                .layer("blk.{i}.attn_v", layer + "attention.self.value", true)
                .layer("blk.{i}.attn_output", layer + "attention.output.dense", true)
                .layer("blk.{i}.attn_output_norm", layer + "attention.output.LayerNorm", true)
                .layer("blk.{i}.ffn_up", layer + "intermediate.dense", true)
                .layer("blk.{i}.ffn_down", layer + "output.dense", true)
                .layer("blk.{i}.layer_output_norm", layer + "output.LayerNorm", true)
                .onlyHuggingFace(".*embeddings\\.position_ids", "they are 0, 1, 2, ...")
                .onlyHuggingFace(".*pooler\\.dense\\..*", "GGUF has no pooler")
                .onlyHuggingFace("(cls|classifier|qa_outputs)\\..*", "GGUF has no head of BERT's"));
    }
}
