package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.ParallelNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.QueryKeyNorm;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Phi: attention and feed-forward side by side behind one norm, rotary positions on part of each head.
@Source(paper = "Textbooks Are All You Need II: phi-1.5 technical report", arxiv = "2309.05463")
public record Phi() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("phi");
    }

    @Override
    public Mapping read(Config config) {
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Phi"));
        int width = config.whole("hidden_size", 2048);
        int vocabulary = config.whole("vocab_size", 51_200);
        int heads = config.count("num_attention_heads", 32);
        boolean tied = config.flag("tie_word_embeddings", false);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-5), Bias.ADDED);
        SoftmaxAttention attention = SoftmaxAttention.of(
                        Heads.of(heads).sharing(config.whole("num_key_value_heads", heads)))
                .masked(new Causal())
                .position(Rotation.halves(
                        config,
                        config.whole("max_position_embeddings", 2048),
                        config.number("partial_rotary_factor", 0.5),
                        width / heads))
                .dropout(config.number("attention_dropout", 0));
        if (config.flag("qk_layernorm", false)) {
            attention = attention.norm(new QueryKeyNorm(norm, QueryKeyNorm.Across.SHARED));
        }
        DenseFeedForward feed = new DenseFeedForward(
                config.whole("intermediate_size", 8192),
                config.choice("hidden_act", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                new ParallelNorm(ParallelNorm.Norms.SHARED, config.number("resid_pdrop", 0)));
        TokenEmbedding embedding = TokenEmbedding.of(
                        new DenseTable(vocabulary, config.padding("pad_token_id", -1, vocabulary)))
                .dropout(config.number("embd_pdrop", 0));
        Decoder decoder = new Decoder(
                embedding,
                Stack.of(config.count("num_hidden_layers", 24), block).finalNorm(norm));
        String body = task.body("model");
        String layer = body + "layers.{i}.";
        Names names = new Names()
                .prefix("model")
                .module(layer + "input_layernorm", "decoder.{i}.norm")
                .module(layer + "self_attn.dense", "decoder.{i}.attention.output")
                .module(layer + "self_attn.q_layernorm", "decoder.{i}.attention.query.norm")
                .module(layer + "self_attn.k_layernorm", "decoder.{i}.attention.key.norm")
                .module(layer + "mlp.fc1", "decoder.{i}.feed.inner")
                .module(layer + "mlp.fc2", "decoder.{i}.feed.outer")
                .module(body + "final_layernorm", "decoder.norm");
        return task.mapping(
                config, width, decoder, DecoderTask.Words.of(vocabulary, tied).biased(), Llama.names(names, body));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .flatMap(parts -> parts.rotary().map(rotary -> {
                    Map<String, Object> values = Llama.keys(parts, "phi", "Phi");
                    values.put("layer_norm_eps", parts.epsilon());
                    values.put("partial_rotary_factor", parts.turned(rotary));
                    values.put("qk_layernorm", !parts.attention().norm().equals(QueryKeyNorm.NONE));
                    values.put("resid_pdrop", parts.dropout());
                    values.put("embd_pdrop", parts.embedding().dropout());
                    return values;
                }));
    }
}
