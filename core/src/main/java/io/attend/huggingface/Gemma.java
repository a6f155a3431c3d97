package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Scale;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.GatedFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.RmsNorm;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Gemma: LLaMA with a GELU gate, norms of 1 + weight, and words scaled by the rounded square root of the
/// width.
@Source(paper = "Gemma: Open Models Based on Gemini Research and Technology", arxiv = "2403.08295")
public record Gemma() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma");
    }

    @Override
    public Mapping read(Config config) {
        // hidden_act is what early configurations call the gate, and Hugging Face's class does not read it
        config.inert("hidden_act");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Gemma"));
        int width = config.whole("hidden_size", 3072);
        int vocabulary = config.whole("vocab_size", 256_000);
        boolean tied = config.flag("tie_word_embeddings", true);
        SoftmaxAttention attention = SoftmaxAttention.of(heads(config, 16, 16, 256))
                .masked(new Causal())
                .position(Rotation.halves(config, config.whole("max_position_embeddings", 8192)))
                .bias(config.flag("attention_bias", false) ? ProjectionBias.ADDED : ProjectionBias.NONE)
                .dropout(config.number("attention_dropout", 0));
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6), RmsNorm.Gain.ONE_PLUS_WEIGHT);
        Block block =
                new Block(List.of(new SelfAttention(attention), new Feed(gated(config, 24_576))), norm, new PreNorm(0));
        Decoder decoder = new Decoder(
                embedding(config, vocabulary),
                Stack.of(config.count("num_hidden_layers", 28), block).finalNorm(norm));
        String body = task.body("model");
        return task.mapping(
                config,
                width,
                decoder,
                DecoderTask.Words.of(vocabulary, tied).tags("score"),
                Llama.names(body).prefix("model"));
    }

    static Heads heads(Config config, int count, int shared, int size) {
        return Heads.of(config.count("num_attention_heads", count))
                .sharing(config.whole("num_key_value_heads", shared))
                .size(config.whole("head_dim", size));
    }

    static GatedFeedForward gated(Config config, int hidden) {
        return new GatedFeedForward(
                config.whole("intermediate_size", hidden),
                config.choice("hidden_activation", "gelu_pytorch_tanh", Activations.KNOWN),
                Bias.NONE,
                0);
    }

    static TokenEmbedding embedding(Config config, int vocabulary) {
        return TokenEmbedding.of(new DenseTable(vocabulary, config.padding("pad_token_id", 0, vocabulary)))
                .scale(Scale.ROUNDED_SQUARE_ROOT_OF_WIDTH);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .filter(parts -> parts.rotary().isPresent())
                .map(parts -> keys(parts, "gemma", "Gemma"));
    }

    static Map<String, Object> keys(DecoderParts parts, String type, String name) {
        Map<String, Object> values = Llama.keys(parts, type, name);
        values.put("hidden_activation", Objects.requireNonNull(values.remove("hidden_act")));
        values.put("rms_norm_eps", parts.epsilon());
        values.put("attention_bias", parts.attention().bias() == ProjectionBias.ADDED);
        return values;
    }
}
