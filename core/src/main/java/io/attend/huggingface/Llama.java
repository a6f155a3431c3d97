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
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.RmsNorm;
import io.attend.position.Rotary;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// LLaMA: pre-norm decoder, RMSNorm, rotary positions in halves, SwiGLU, grouped heads, hardly any biases.
/// Mistral, Mixtral and Qwen 2 differ in details and share what is here.
@Source(paper = "LLaMA: Open and Efficient Foundation Language Models", arxiv = "2302.13971")
public record Llama() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public Mapping read(Config config) {
        Shape shape = Shape.read(config, Defaults.of(11_008, 32_000, 2048));
        boolean biased = config.flag("attention_bias", false);
        SoftmaxAttention attention =
                shape.attention(config, new Causal()).bias(biased ? ProjectionBias.ADDED : ProjectionBias.NONE);
        Bias feeds = config.flag("mlp_bias", false) ? Bias.ADDED : Bias.NONE;
        return mapping(config, "Llama", shape, attention, shape.gated(config, feeds));
    }

    /// Hugging Face's defaults of a family.
    ///
    /// @param keyValue how many key-value heads there are; absent as many as query heads
    record Defaults(int hidden, int vocabulary, int positions, OptionalInt keyValue, double epsilon, double theta) {
        static Defaults of(int hidden, int vocabulary, int positions) {
            return new Defaults(hidden, vocabulary, positions, OptionalInt.empty(), 1e-6, 10_000);
        }

        Defaults keyValue(int heads) {
            return new Defaults(hidden, vocabulary, positions, OptionalInt.of(heads), epsilon, theta);
        }

        Defaults epsilon(double number) {
            return new Defaults(hidden, vocabulary, positions, keyValue, number, theta);
        }

        Defaults theta(double base) {
            return new Defaults(hidden, vocabulary, positions, keyValue, epsilon, base);
        }
    }

    /// What all these families read alike.
    record Shape(
            int width, Heads heads, int hidden, int layers, int vocabulary, Rotary rotary, RmsNorm norm, boolean tied) {
        static Shape read(Config config, Defaults defaults) {
            int width = config.whole("hidden_size", 4096);
            int count = config.count("num_attention_heads", 32);
            // null means as many as query heads, absent the family's own default
            boolean named = config.names("num_key_value_heads");
            int shared = config.whole("num_key_value_heads", named ? count : defaults.keyValue.orElse(count));
            Heads heads = Heads.of(count).sharing(shared);
            int size = config.whole("head_dim", width / count);
            int trained = config.whole("max_position_embeddings", defaults.positions);
            return new Shape(
                    width,
                    size * count == width ? heads : heads.size(size),
                    config.whole("intermediate_size", defaults.hidden),
                    config.count("num_hidden_layers", 32),
                    config.whole("vocab_size", defaults.vocabulary),
                    Rotation.halves(config, trained).theta(config.number("rope_theta", defaults.theta)),
                    new RmsNorm(config.number("rms_norm_eps", defaults.epsilon)),
                    config.flag("tie_word_embeddings", false));
        }

        SoftmaxAttention attention(Config config, Mask mask) {
            return SoftmaxAttention.of(heads)
                    .masked(mask)
                    .position(rotary)
                    .dropout(config.number("attention_dropout", 0));
        }

        GatedFeedForward gated(Config config, Bias bias) {
            return new GatedFeedForward(hidden, config.choice("hidden_act", "silu", Activations.KNOWN), bias, 0);
        }
    }

    /// A family of this kind.
    ///
    /// @param name what its classes begin with
    static Mapping mapping(Config config, String name, Shape shape, SoftmaxAttention attention, FeedForward feed) {
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes(name));
        Block block = new Block(List.of(new SelfAttention(attention), new Feed(feed)), shape.norm, new PreNorm(0));
        TokenEmbedding embedding = TokenEmbedding.of(
                new DenseTable(shape.vocabulary, config.padding("pad_token_id", -1, shape.vocabulary)));
        Decoder decoder = new Decoder(embedding, Stack.of(shape.layers, block).finalNorm(shape.norm));
        // alone among its classes, the one for spans calls its body otherwise
        String prefix = task == DecoderTask.SPANS && name.equals("Llama") ? "transformer" : "model";
        Names names = names(task.body(prefix)).prefix(prefix);
        DecoderTask.Words words =
                DecoderTask.Words.of(shape.vocabulary, shape.tied).tags("score");
        return task.mapping(config, shape.width, decoder, words, names);
    }

    /// What every family with these modules calls them.
    static Names names(String body) {
        return names(new Names(), body);
    }

    /// The same behind rows that go first.
    static Names names(Names first, String body) {
        String block = body + "layers.{i}.";
        return first.map(body + "embed_tokens.weight", "embedding.token.weight")
                .module(block + "input_layernorm", "decoder.{i}.attention.norm")
                .module(block + "self_attn.q_proj", "decoder.{i}.attention.query")
                .module(block + "self_attn.k_proj", "decoder.{i}.attention.key")
                .module(block + "self_attn.v_proj", "decoder.{i}.attention.value")
                .module(block + "self_attn.o_proj", "decoder.{i}.attention.output")
                .module(block + "post_attention_layernorm", "decoder.{i}.feed.norm")
                .module(block + "mlp.gate_proj", "decoder.{i}.feed.gate")
                .module(block + "mlp.up_proj", "decoder.{i}.feed.inner")
                .module(block + "mlp.down_proj", "decoder.{i}.feed.outer")
                .module(body + "norm", "decoder.norm")
                .ignored(block + "self_attn.rotary_emb.inv_freq", "frequencies, which early versions saved");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .filter(parts -> parts.rotary().isPresent() && parts.block().norm() instanceof RmsNorm)
                .map(parts -> {
                    Map<String, Object> values = keys(parts, "llama", "Llama");
                    values.put("rms_norm_eps", parts.epsilon());
                    values.put("attention_bias", parts.attention().bias() == ProjectionBias.ADDED);
                    values.put("mlp_bias", parts.feed() instanceof GatedFeedForward feed && feed.bias() == Bias.ADDED);
                    return values;
                });
    }

    /// The keys that go by the names they have in LLaMA.
    static Map<String, Object> keys(DecoderParts parts, String type, String name) {
        Map<String, Object> values = parts.heading(type, name);
        Heads heads = parts.attention().heads();
        values.put("hidden_size", parts.width());
        values.put("num_attention_heads", heads.count());
        values.put("num_key_value_heads", heads.keyValueCount());
        heads.size().ifPresent(size -> values.put("head_dim", size));
        values.put("intermediate_size", parts.hidden());
        values.put("num_hidden_layers", parts.layers());
        values.put("hidden_act", parts.activation());
        values.put("attention_dropout", parts.attention().dropout());
        parts.rotary().ifPresent(rotary -> Rotation.write(values, rotary));
        return values;
    }
}
