package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.ParallelNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Residual;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.Rotary;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// GPT-NeoX: attention and feed-forward side by side, each behind a norm of its own; rotary positions on part
/// of each head.
@Source(paper = "GPT-NeoX-20B: An Open-Source Autoregressive Language Model", arxiv = "2204.06745")
public record GptNeoX() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt_neox");
    }

    @Override
    public Mapping read(Config config) {
        // the same number by two names
        config.inert("rope_theta", "partial_rotary_factor");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("GPTNeoX"));
        int width = config.whole("hidden_size", 6144);
        int vocabulary = config.whole("vocab_size", 50_432);
        int heads = config.count("num_attention_heads", 64);
        boolean tied = config.flag("tie_word_embeddings", false);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-5), Bias.ADDED);
        Rotary rotary = Rotation.halves(
                        config,
                        config.whole("max_position_embeddings", 2048),
                        config.number("rotary_pct", 0.25),
                        width / heads)
                .theta(config.number("rotary_emb_base", 10_000));
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(rotary)
                .bias(config.flag("attention_bias", true) ? ProjectionBias.ADDED : ProjectionBias.NONE)
                .dropout(config.number("attention_dropout", 0));
        DenseFeedForward feed = new DenseFeedForward(
                config.whole("intermediate_size", 24_576),
                config.choice("hidden_act", "gelu", Activations.KNOWN),
                Bias.ADDED,
                0);
        double dropout = config.number("hidden_dropout", 0);
        Residual residual = config.flag("use_parallel_residual", true)
                ? new ParallelNorm(ParallelNorm.Norms.OWN, dropout)
                : new PreNorm(dropout);
        Block block = new Block(List.of(new SelfAttention(attention), new Feed(feed)), norm, residual);
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)).dropout(dropout),
                Stack.of(config.count("num_hidden_layers", 44), block).finalNorm(norm));
        String body = task.body("gpt_neox");
        String layer = body + "layers.{i}.";
        Names names = new Names()
                .prefix("gpt_neox")
                .map(body + "embed_in.weight", "embedding.token.weight")
                .module(layer + "input_layernorm", "decoder.{i}.attention.norm")
                .module(layer + "post_attention_layernorm", "decoder.{i}.feed.norm")
                .module(
                        layer + "attention.query_key_value",
                        Layout.rows(heads),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(layer + "attention.dense", "decoder.{i}.attention.output")
                .module(layer + "mlp.dense_h_to_4h", "decoder.{i}.feed.inner")
                .module(layer + "mlp.dense_4h_to_h", "decoder.{i}.feed.outer")
                .module(body + "final_layer_norm", "decoder.norm")
                .ignored(layer + "attention.bias", "the causal mask, which early versions saved")
                .ignored(layer + "attention.masked_bias", "what early versions wrote over hidden scores")
                .ignored(layer + "attention.rotary_emb.inv_freq", "frequencies, which early versions saved");
        return task.mapping(
                config, width, decoder, DecoderTask.Words.of(vocabulary, tied).scores("embed_out"), names);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .flatMap(parts -> parts.rotary().map(rotary -> {
                    Map<String, Object> values = Llama.keys(parts, "gpt_neox", "GPTNeoX");
                    values.remove("num_key_value_heads"); // there are as many as query heads
                    values.put("layer_norm_eps", parts.epsilon());
                    values.put("rotary_pct", parts.turned(rotary));
                    values.put("rotary_emb_base", rotary.theta());
                    values.put("attention_bias", parts.attention().bias() == ProjectionBias.ADDED);
                    values.put("use_parallel_residual", parts.block().residual() instanceof ParallelNorm);
                    values.put("hidden_dropout", parts.dropout());
                    return values;
                }));
    }
}
