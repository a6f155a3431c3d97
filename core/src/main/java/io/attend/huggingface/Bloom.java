package io.attend.huggingface;

import io.attend.activation.GeluTanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormedStream;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Residual;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.Alibi;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// BLOOM: linear penalties for distance instead of positions, and a norm behind the words.
@Source(paper = "BLOOM: A 176B-Parameter Open-Access Multilingual Language Model", arxiv = "2211.05100")
public record Bloom() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("bloom");
    }

    @Override
    public Mapping read(Config config) {
        config.inert(
                        "slow_but_exact",
                        "seq_length",
                        "attention_softmax_in_fp32",
                        "bias_dropout_fusion",
                        "masked_softmax_fusion")
                .inert("skip_bias_add", "skip_bias_add_qkv", "unk_token_id", "offset_alibi", "n_inner");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Bloom"));
        int vocabulary = config.whole("vocab_size", 250_880);
        int width = config.has("n_embed") ? config.whole("n_embed") : config.whole("hidden_size", 64);
        config.inert("hidden_size", "n_embed");
        int heads = config.has("num_attention_heads") ? config.count("num_attention_heads") : config.count("n_head", 8);
        boolean tied = config.flag("tie_word_embeddings", true);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(new Alibi())
                .dropout(config.number("attention_dropout", 0));
        DenseFeedForward feed = new DenseFeedForward(4 * width, new GeluTanh(), Bias.ADDED, 0);
        double dropout = config.number("hidden_dropout", 0);
        Residual residual = config.flag("apply_residual_connection_post_layernorm", false)
                ? new NormedStream(dropout)
                : new PreNorm(dropout);
        Block block = new Block(List.of(new SelfAttention(attention), new Feed(feed)), norm, residual);
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)).norm(norm),
                Stack.of(
                                config.has("num_hidden_layers")
                                        ? config.count("num_hidden_layers")
                                        : config.count("n_layer", 2),
                                block)
                        .finalNorm(norm));
        String body = task.body("transformer");
        String layer = body + "h.{i}.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "word_embeddings.weight", "embedding.token.weight")
                .module(body + "word_embeddings_layernorm", "embedding.norm")
                .module(layer + "input_layernorm", "decoder.{i}.attention.norm")
                .module(
                        layer + "self_attention.query_key_value",
                        Layout.rows(heads),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(layer + "self_attention.dense", "decoder.{i}.attention.output")
                .module(layer + "post_attention_layernorm", "decoder.{i}.feed.norm")
                .module(layer + "mlp.dense_h_to_4h", "decoder.{i}.feed.inner")
                .module(layer + "mlp.dense_4h_to_h", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm");
        Mapping mapping = task.mapping(config, width, decoder, DecoderTask.Words.of(vocabulary, tied), names);
        return mapping.usage(mapping.usage().positions(Usage.Positions.COUNTED));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.heading("bloom", "Bloom");
            values.put("hidden_size", parts.width());
            values.put("n_layer", parts.layers());
            values.put("n_head", parts.heads());
            values.put("layer_norm_epsilon", parts.epsilon());
            values.put("attention_dropout", parts.attention().dropout());
            values.put("hidden_dropout", parts.dropout());
            values.put("apply_residual_connection_post_layernorm", parts.block().residual() instanceof NormedStream);
            return values;
        });
    }
}
