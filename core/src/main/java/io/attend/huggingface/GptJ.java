package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.ParallelNorm;
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
import java.util.function.BiFunction;

/// GPT-J: attention and feed-forward side by side behind one norm, rotary positions in neighbouring pairs.
@Source(
        paper = "GPT-J-6B: A 6 Billion Parameter Autoregressive Language Model",
        reference = "Wang and Komatsuzaki 2021")
public record GptJ() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gptj");
    }

    @Override
    public Mapping read(Config config) {
        return mapping(
                config,
                "GPTJ",
                (names, layer) -> names.module(layer + "q_proj", "decoder.{i}.attention.query")
                        .module(layer + "k_proj", "decoder.{i}.attention.key")
                        .module(layer + "v_proj", "decoder.{i}.attention.value"));
    }

    /// What GPT-J and CodeGen are.
    ///
    /// @param name what the classes of the family begin with
    /// @param projections names queries, keys and values behind a prefix
    static Mapping mapping(Config config, String name, BiFunction<Names, String, Names> projections) {
        config.inert("n_ctx", "n_positions"); // rotary positions have no longest text
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes(name));
        int width = config.whole("n_embd", 4096);
        int vocabulary = config.whole("vocab_size", 50_400);
        int heads = config.count("n_head", 16);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        // null is the whole head
        int turned = config.names("rotary_dim") ? config.whole("rotary_dim", width / heads) : 64;
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(heads))
                .masked(new Causal())
                .position(Rotary.of(Rotary.Pairs.INTERLEAVED).size(turned))
                .bias(ProjectionBias.NONE)
                .dropout(config.number("attn_pdrop", 0));
        DenseFeedForward feed = new DenseFeedForward(
                config.wholeIfGiven("n_inner").orElse(4 * width),
                config.choice("activation_function", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                new ParallelNorm(ParallelNorm.Norms.SHARED, config.number("resid_pdrop", 0)));
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)).dropout(config.number("embd_pdrop", 0)),
                Stack.of(config.count("n_layer", 28), block).finalNorm(norm));
        String body = task.body("transformer");
        String layer = body + "h.{i}.";
        Names names = projections
                .apply(new Names(), layer + "attn.")
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .module(layer + "ln_1", "decoder.{i}.norm")
                .module(layer + "attn.out_proj", "decoder.{i}.attention.output")
                .module(layer + "mlp.fc_in", "decoder.{i}.feed.inner")
                .module(layer + "mlp.fc_out", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .ignored(layer + "attn.bias", "the causal mask, which early versions saved")
                .ignored(layer + "attn.masked_bias", "what early versions wrote over hidden scores")
                .ignored(layer + "attn.causal_mask", "the causal mask, which early versions saved");
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, config.flag("tie_word_embeddings", false));
        return task.mapping(config, width, decoder, words.biased(), names);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return keys(architecture, "gptj", "GPTJ");
    }

    static Optional<Map<String, Object>> keys(Architecture architecture, String type, String name) {
        return DecoderParts.of(architecture)
                .flatMap(parts -> parts.rotary().map(rotary -> {
                    Map<String, Object> values = Gpt2.keys(parts, type, name);
                    values.put("rotary_dim", rotary.size().orElse(parts.width() / parts.heads()));
                    return values;
                }));
    }
}
