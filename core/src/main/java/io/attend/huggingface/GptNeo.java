package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Segment;
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
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.score.DotProduct;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// GPT-Neo: GPT-2 whose scores are not divided, every other block of which sees only a window.
@Source(
        paper = "GPT-Neo: Large Scale Autoregressive Language Modeling with Mesh-Tensorflow",
        reference = "Black et al., Zenodo 2021")
public record GptNeo() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gpt_neo");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("attention_layers"); // follows from attention_types
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("GPTNeo"));
        int width = config.whole("hidden_size", 2048);
        int vocabulary = config.whole("vocab_size", 50_257);
        boolean tied = config.flag("tie_word_embeddings", true);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.count("num_heads", 16)))
                .score(new DotProduct())
                .bias(ProjectionBias.OUTPUT)
                .dropout(config.number("attention_dropout", 0));
        Feed feed = new Feed(new DenseFeedForward(
                config.wholeIfGiven("intermediate_size").orElse(4 * width),
                config.choice("activation_function", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0));
        double dropout = config.number("resid_dropout", 0);
        Mask window = new SlidingWindow(config.whole("window_size", 256));
        int layers = config.count("num_layers", 24);
        List<String> types = types(config, layers);
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from < layers; ) {
            int to = from + 1;
            while (to < layers && types.get(to).equals(types.get(from))) {
                to++;
            }
            Mask mask = types.get(from).equals("local") ? window : new Causal();
            segments.add(new Segment(
                    to - from,
                    new Block(List.of(new SelfAttention(attention.masked(mask)), feed), norm, new PreNorm(dropout))));
            from = to;
        }
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(config.whole("max_position_embeddings", 2048)))
                .dropout(config.number("embed_dropout", 0));
        Decoder decoder = new Decoder(embedding, new Stack(segments, norm));
        String body = task.body("transformer");
        String layer = body + "h.{i}.";
        String inner = layer + "attn.attention.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .map(body + "wpe.weight", "embedding.position.weight")
                .module(layer + "ln_1", "decoder.{i}.attention.norm")
                .module(inner + "q_proj", "decoder.{i}.attention.query")
                .module(inner + "k_proj", "decoder.{i}.attention.key")
                .module(inner + "v_proj", "decoder.{i}.attention.value")
                .module(inner + "out_proj", "decoder.{i}.attention.output")
                .module(layer + "ln_2", "decoder.{i}.feed.norm")
                .module(layer + "mlp.c_fc", "decoder.{i}.feed.inner")
                .module(layer + "mlp.c_proj", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .ignored(inner + "bias", "the mask, which early versions saved")
                .ignored(inner + "masked_bias", "what early versions wrote over hidden scores");
        return task.mapping(config, width, decoder, DecoderTask.Words.of(vocabulary, tied), names);
    }

    /// `[[["global", "local"], 12]]` is both in turns, 12 times.
    private static List<String> types(Config config, int layers) {
        String known =
                "a list of [[kinds], times] that gives each of the " + layers + " layers \"global\" or \"local\"";
        List<String> types = new ArrayList<>();
        Optional<JsonNode> given = config.tree("attention_types");
        if (given.isEmpty()) {
            for (int i = 0; i < layers; i++) {
                types.add(i % 2 == 0 ? "global" : "local");
            }
            return types;
        }
        for (JsonNode part : given.get()) {
            if (!part.isArray()
                    || part.size() != 2
                    || !part.get(0).isArray()
                    || !part.get(1).isInt()) {
                throw config.refuse("attention_types", known);
            }
            for (int time = 0; time < part.get(1).intValue() && types.size() <= layers; time++) {
                for (JsonNode kind : part.get(0)) {
                    types.add(kind.asString(""));
                }
            }
        }
        if (types.size() != layers || !List.of("global", "local").containsAll(types)) {
            throw config.refuse("attention_types", known);
        }
        return types;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.heading("gpt_neo", "GPTNeo");
            values.put("hidden_size", parts.width());
            values.put("num_layers", parts.layers());
            values.put("num_heads", parts.heads());
            values.put("intermediate_size", parts.hidden());
            values.put("activation_function", parts.activation());
            values.put("layer_norm_epsilon", parts.epsilon());
            values.put("attention_dropout", parts.attention().dropout());
            values.put("resid_dropout", parts.dropout());
            values.put("embed_dropout", parts.embedding().dropout());
            parts.positions().ifPresent(positions -> values.put("max_position_embeddings", positions));
            List<Object> types = new ArrayList<>();
            for (Segment segment : parts.stack().segments()) {
                boolean local = DecoderParts.mask(segment.blocks().getFirst()) instanceof SlidingWindow;
                types.add(List.of(List.of(local ? "local" : "global"), segment.times()));
            }
            values.put("attention_types", types);
            parts.stack().unrolled().forEach(block -> {
                if (DecoderParts.mask(block) instanceof SlidingWindow window) {
                    values.put("window_size", window.size());
                }
            });
            return values;
        });
    }
}
