package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.SandwichNorm;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sharing;
import io.attend.architecture.Stack;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.TiedHead;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.norm.RmsNorm;
import io.attend.score.FixedScaleDotProduct;
import io.attend.score.Score;
import io.attend.score.SoftCap;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.NullNode;

/// Gemma 2: Gemma with norms on both sides of every branch, capped scores, and a window in every other block.
@Source(paper = "Gemma 2: Improving Open Language Models at a Practical Size", arxiv = "2408.00118")
public record Gemma2() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma2");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("hidden_act", "cache_implementation");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Gemma2"));
        int width = config.whole("hidden_size", 3072);
        int vocabulary = config.whole("vocab_size", 256_000);
        boolean tied = config.flag("tie_word_embeddings", true);
        Score scaled = new FixedScaleDotProduct(1 / Math.sqrt(config.number("query_pre_attn_scalar", 224)));
        OptionalDouble cap = cap(config, "attn_logit_softcapping", 50);
        SoftmaxAttention attention = SoftmaxAttention.of(Gemma.heads(config, 16, 16, 256))
                .score(cap.isPresent() ? new SoftCap(scaled, cap.getAsDouble()) : scaled)
                .position(Rotation.halves(config, config.whole("max_position_embeddings", 8192)))
                .bias(config.flag("attention_bias", false) ? ProjectionBias.ADDED : ProjectionBias.NONE)
                .dropout(config.number("attention_dropout", 0));
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6), RmsNorm.Gain.ONE_PLUS_WEIGHT);
        Feed feed = new Feed(Gemma.gated(config, 24_576));
        Mask window = Mistral.window(config, 4096);
        int layers = config.count("num_hidden_layers", 28);
        Block near = new Block(List.of(new SelfAttention(attention.masked(window)), feed), norm, new SandwichNorm(0));
        Block far =
                new Block(List.of(new SelfAttention(attention.masked(new Causal())), feed), norm, new SandwichNorm(0));
        List<Segment> segments = new ArrayList<>();
        if (layers > 1) {
            segments.add(new Segment(layers / 2, List.of(near, far), Sharing.SEPARATE));
        }
        if (layers % 2 == 1) {
            segments.add(new Segment(1, near));
        }
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, tied).tags("score");
        Decoder decoder = new Decoder(Gemma.embedding(config, vocabulary), new Stack(segments, norm));
        Architecture architecture = new Architecture(width, decoder, head(task, config, words))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        String body = task.body("model");
        String block = body + "layers.{i}.";
        Names names = new Names()
                .module(block + "post_attention_layernorm", "decoder.{i}.attention.after")
                .module(block + "pre_feedforward_layernorm", "decoder.{i}.feed.norm")
                .module(block + "post_feedforward_layernorm", "decoder.{i}.feed.after");
        return task.mapping(
                config, architecture, words, Llama.names(names, body).prefix("model"));
    }

    private static OptionalDouble cap(Config config, String key, double otherwise) {
        return config.names(key) && !config.has(key)
                ? config.numberIfGiven(key)
                : OptionalDouble.of(config.number(key, otherwise));
    }

    private static Head head(DecoderTask task, Config config, DecoderTask.Words words) {
        OptionalDouble cap = cap(config, "final_logit_softcapping", 30);
        Head head = task.head(config, words);
        if (cap.isEmpty()) {
            return head;
        }
        return switch (head) {
            case TiedHead tied -> tied.softCap(cap.getAsDouble());
            case LinearHead linear -> linear.softCap(cap.getAsDouble());
            default -> head;
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .filter(parts -> parts.block().residual() instanceof SandwichNorm)
                .map(parts -> {
                    Map<String, Object> values = Gemma.keys(parts, "gemma2", "Gemma2");
                    Score score = parts.attention().score();
                    values.put("attn_logit_softcapping", NullNode.getInstance());
                    if (score instanceof SoftCap(Score scaled, double cap)) {
                        values.put("attn_logit_softcapping", cap);
                        score = scaled;
                    }
                    if (score instanceof FixedScaleDotProduct(double scale)) {
                        values.put("query_pre_attn_scalar", scalar(scale));
                    }
                    if (parts.attention().mask() instanceof SlidingWindow window) {
                        values.put("sliding_window", window.size());
                    }
                    values.put("final_logit_softcapping", NullNode.getInstance());
                    cap(architecture.head()).ifPresent(cap -> values.put("final_logit_softcapping", cap));
                    return values;
                });
    }

    /// The number whose inverse root is the scale: a whole one if one is.
    private static double scalar(double scale) {
        double scalar = 1 / (scale * scale);
        double whole = Math.rint(scalar);
        return 1 / Math.sqrt(whole) == scale ? whole : scalar;
    }

    private static OptionalDouble cap(Head head) {
        return switch (head) {
            case TiedHead tied -> tied.softCap();
            case LinearHead linear -> linear.softCap();
            default -> OptionalDouble.of(30);
        };
    }
}
