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
import io.attend.attention.QueryKeyNorm;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.GatedFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// StableLM: LLaMA with LayerNorm, rotary positions on part of each head, and blocks that may be parallel.
@Source(paper = "Stable LM 2 1.6B Technical Report", arxiv = "2402.17834")
public record StableLm() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("stablelm");
    }

    @Override
    public Mapping read(Config config) {
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("StableLm"));
        int width = config.whole("hidden_size", 2560);
        int vocabulary = config.whole("vocab_size", 50_304);
        int heads = config.count("num_attention_heads", 32);
        boolean tied = config.flag("tie_word_embeddings", false);
        double epsilon = config.number("layer_norm_eps", 1e-5);
        LayerNorm norm = new LayerNorm(epsilon, Bias.ADDED);
        SoftmaxAttention attention = SoftmaxAttention.of(
                        Heads.of(heads).sharing(config.whole("num_key_value_heads", 32)))
                .masked(new Causal())
                .position(Rotation.halves(
                        config,
                        config.whole("max_position_embeddings", 4096),
                        config.number("partial_rotary_factor", 0.25),
                        width / heads))
                .bias(config.flag("use_qkv_bias", false) ? ProjectionBias.INPUTS : ProjectionBias.NONE)
                .dropout(config.number("attention_dropout", 0));
        if (config.flag("qk_layernorm", false)) {
            attention =
                    attention.norm(new QueryKeyNorm(new LayerNorm(epsilon, Bias.NONE), QueryKeyNorm.Across.SEPARATE));
        }
        GatedFeedForward feed = new GatedFeedForward(
                config.whole("intermediate_size", 6912),
                config.choice("hidden_act", "silu", Activations.KNOWN),
                Bias.NONE,
                0);
        double dropout = config.number("hidden_dropout", 0);
        Residual residual = config.flag("use_parallel_residual", false)
                ? new ParallelNorm(ParallelNorm.Norms.SHARED, dropout)
                : new PreNorm(dropout);
        Block block = new Block(List.of(new SelfAttention(attention), new Feed(feed)), norm, residual);
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary, config.padding("pad_token_id", -1, vocabulary))),
                Stack.of(config.count("num_hidden_layers", 32), block).finalNorm(norm));
        String body = task.body("model");
        String layer = body + "layers.{i}.self_attn.";
        Names names = new Names()
                .module(body + "layers.{i}.input_layernorm", "decoder.{i}.norm")
                .module(layer + "q_layernorm.norms.{j}", "decoder.{i}.attention.query.norm.{j}")
                .module(layer + "k_layernorm.norms.{j}", "decoder.{i}.attention.key.norm.{j}");
        return task.mapping(
                config,
                width,
                decoder,
                DecoderTask.Words.of(vocabulary, tied).tags("score"),
                Llama.names(names, body).prefix("model"));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .flatMap(parts -> parts.rotary().map(rotary -> {
                    Map<String, Object> values = Llama.keys(parts, "stablelm", "StableLm");
                    values.put("layer_norm_eps", parts.epsilon());
                    values.put("partial_rotary_factor", parts.turned(rotary));
                    values.put("qk_layernorm", !parts.attention().norm().equals(QueryKeyNorm.NONE));
                    values.put("use_qkv_bias", parts.attention().bias() == ProjectionBias.INPUTS);
                    values.put("use_parallel_residual", parts.block().residual() instanceof ParallelNorm);
                    values.put("hidden_dropout", parts.dropout());
                    return values;
                }));
    }
}
