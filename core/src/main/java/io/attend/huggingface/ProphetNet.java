package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Decoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.attention.Heads;
import io.attend.attention.NgramAttention;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.NgramEmbedding;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.NgramHead;
import io.attend.head.NoHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// ProphetNet: post-norm encoder and decoder over one table of words; the decoder predicts several words ahead.
///
/// Tokens stand at the columns from `pad_token_id` + 1 on, whatever the mask says. Hugging Face's generation
/// with a cache masks less than its own forward pass; ours agrees with the forward pass.
@Source(paper = "ProphetNet: Predicting Future N-gram for Sequence-to-Sequence Pre-training", arxiv = "2001.04063")
public record ProphetNet() implements Family {
    private static final LayerNorm NORM = new LayerNorm(1e-5, Bias.ADDED);

    private enum Task {
        BODY,
        WORDS,
        /// A decoder alone.
        NEXT_WORD
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();

    static {
        HEADS.put("ProphetNetModel", Task.BODY);
        HEADS.put("ProphetNetForConditionalGeneration", Task.WORDS);
        HEADS.put("ProphetNetForCausalLM", Task.NEXT_WORD);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("prophetnet");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("num_hidden_layers", "num_attention_heads", "is_decoder"); // the class decides
        Task task = config.head(HEADS);
        boolean alone = task == Task.NEXT_WORD;
        boolean looks = config.flag("add_cross_attention", true);
        if (alone) {
            config.inert("num_encoder_layers", "num_encoder_attention_heads", "encoder_ffn_dim");
        } else {
            config.only("is_encoder_decoder", true, "a decoder alone is ProphetNetForCausalLM")
                    .only("add_cross_attention", true, "a decoder that does not look at its encoder is not read");
        }
        config.inert("is_encoder_decoder");
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("hidden_size", 1024);
        int vocabulary = config.whole("vocab_size", 30_522);
        double dropout = config.number("dropout", 0.1);
        OptionalInt padding = config.padding("pad_token_id", 0, vocabulary);
        LearnedPosition positions = new LearnedPosition(
                config.whole("max_position_embeddings", 512),
                1
                        + padding.orElseThrow(
                                () -> config.refuse("pad_token_id", "a word, which positions are counted from")));
        Table table = new DenseTable(vocabulary, padding);
        int streams = config.whole("ngram", 2);
        NgramEmbedding target =
                new NgramEmbedding(alone ? table : new SharedTable(), streams, positions, NORM, dropout);
        Stack decoder = decoder(config, dropout, !alone);
        Topology topology = alone
                ? new Decoder(target, decoder)
                : new EncoderDecoder(
                        TokenEmbedding.of(table).position(positions).norm(NORM).dropout(dropout),
                        encoder(config, dropout),
                        target,
                        decoder);
        Head head = task == Task.BODY
                ? new NoHead()
                : new NgramHead(
                        tied ? Tying.TIED : Tying.OWN,
                        config.flag("disable_ngram_loss", false) ? NgramHead.Streams.FIRST : NgramHead.Streams.ALL);
        double smoothing = config.number("eps", 0);
        config.inert("disable_ngram_loss");
        Architecture architecture = new Architecture(width, topology, head)
                .initialized(
                        new NormalInitialization(config.number("init_std", 0.02), NormalInitialization.Branches.ALIKE));
        Names names = names(task, tied);
        if (alone && looks) {
            unused(names, config, width);
        }
        Usage usage = Usage.PLAIN
                .tokens(config)
                .extras(Usage.Extras.NONE.maps(Usage.Maps.SCORES).smoothing(smoothing));
        return new Mapping(architecture, names, usage);
    }

    private static Stack encoder(Config config, double dropout) {
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.whole("num_encoder_attention_heads", 16)))
                .dropout(config.number("attention_dropout", 0.1));
        return Stack.of(
                config.whole("num_encoder_layers", 12),
                new Block(
                        List.of(new SelfAttention(attention), feed(config, "encoder_ffn_dim")),
                        NORM,
                        new PostNorm(dropout)));
    }

    private static Stack decoder(Config config, double dropout, boolean looks) {
        Heads heads = Heads.of(config.whole("num_decoder_attention_heads", 16));
        double forgotten = config.number("attention_dropout", 0.1);
        Sublayer self = new SelfAttention(new NgramAttention(
                heads,
                config.whole("num_buckets", 32),
                config.whole("relative_max_distance", 128),
                NgramAttention.Order.SHUFFLED,
                forgotten));
        Sublayer cross = new CrossAttention(SoftmaxAttention.of(heads).dropout(forgotten));
        Sublayer feed = feed(config, "decoder_ffn_dim");
        return Stack.of(
                config.whole("num_decoder_layers", 12),
                new Block(looks ? List.of(self, cross, feed) : List.of(self, feed), NORM, new PostNorm(dropout)));
    }

    private static Sublayer feed(Config config, String hidden) {
        return new Feed(new DenseFeedForward(
                config.whole(hidden, 4096),
                config.choice("activation_function", "gelu", Activations.KNOWN),
                Bias.ADDED,
                config.number("activation_dropout", 0.1)));
    }

    private static Names names(Task task, boolean tied) {
        boolean alone = task == Task.NEXT_WORD;
        String body = task == Task.BODY ? "" : "prophetnet.";
        String words = body + "word_embeddings.weight";
        Names names = new Names()
                .prefix("prophetnet")
                .map(words, alone ? "embedding.token.weight" : "source.token.weight")
                .map(body + "decoder.ngram_embeddings.weight", (alone ? "embedding" : "target") + ".stream.weight");
        for (String side : alone ? List.of("decoder") : List.of("encoder", "decoder")) {
            String block = body + side + ".layers.{i}.";
            String here = side + ".{i}.";
            String embedding = alone ? "embedding" : side.equals("encoder") ? "source" : "target";
            names.map(body + side + ".position_embeddings.weight", embedding + ".position.weight")
                    .module(body + side + ".embeddings_layer_norm", embedding + ".norm")
                    .module(block + "self_attn.relative_pos_embeddings", here + "attention.relative")
                    .module(block + "self_attn_layer_norm", here + "attention.norm")
                    .module(block + "cross_attn_layer_norm", here + "cross.norm")
                    .module(block + "feed_forward.intermediate", here + "feed.inner")
                    .module(block + "feed_forward.output", here + "feed.outer")
                    .module(block + "feed_forward_layer_norm", here + "feed.norm");
            Map.of("self_attn", "attention", "cross_attn", "cross")
                    .forEach((theirs, ours) -> names.module(block + theirs + ".query_proj", here + ours + ".query")
                            .module(block + theirs + ".key_proj", here + ours + ".key")
                            .module(block + theirs + ".value_proj", here + ours + ".value")
                            .module(block + theirs + ".out_proj", here + ours + ".output"));
            names.tied(body + side + ".word_embeddings.weight", words);
        }
        return tied && task != Task.BODY
                ? names.tied("lm_head.weight", words)
                : names.map("lm_head.weight", "head.weight");
    }

    /// What a decoder alone has for an encoder it does not get.
    private static void unused(Names names, Config config, int width) {
        String reason = "attention to an encoder, which a decoder alone leaves unused";
        for (int i = 0; i < config.whole("num_decoder_layers", 12); i++) {
            String layer = "prophetnet.decoder.layers." + i + ".cross_attn";
            for (String product : List.of("query_proj", "key_proj", "value_proj", "out_proj")) {
                names.kept(layer + "." + product + ".weight", Shape.of(width, width), Names.Fresh.ZEROS, reason);
                names.kept(layer + "." + product + ".bias", Shape.of(width), Names.Fresh.ZEROS, reason);
            }
            names.kept(layer + "_layer_norm.weight", Shape.of(width), Names.Fresh.ZEROS, reason);
            names.kept(layer + "_layer_norm.bias", Shape.of(width), Names.Fresh.ZEROS, reason);
        }
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "prophetnet");
        NgramEmbedding target;
        Stack writes;
        Table words;
        switch (architecture.topology()) {
            case EncoderDecoder(TokenEmbedding source, Stack encoder, NgramEmbedding ahead, Stack decoder) -> {
                if (!(encoder.unrolled().getFirst().sublayers().getFirst()
                                instanceof SelfAttention(SoftmaxAttention attention))
                        || !(encoder.unrolled().getFirst().sublayers().getLast()
                                instanceof Feed(DenseFeedForward feed))) {
                    return Optional.empty();
                }
                values.put("num_encoder_layers", encoder.unrolled().size());
                values.put("num_encoder_attention_heads", attention.heads().count());
                values.put("encoder_ffn_dim", feed.hidden());
                words = source.table();
                target = ahead;
                writes = decoder;
            }
            case Decoder(NgramEmbedding ahead, Stack decoder) -> {
                values.put("is_encoder_decoder", false);
                values.put("add_cross_attention", false);
                words = ahead.table();
                target = ahead;
                writes = decoder;
            }
            default -> {
                return Optional.empty();
            }
        }
        Block block = writes.unrolled().getFirst();
        if (!(words instanceof DenseTable table)
                || !(target.position() instanceof LearnedPosition positions)
                || !(block.residual() instanceof PostNorm(double dropout))
                || !(block.sublayers().getFirst() instanceof SelfAttention(NgramAttention attention))
                || !(block.sublayers().getLast() instanceof Feed(DenseFeedForward feed))) {
            return Optional.empty();
        }
        boolean alone = architecture.topology() instanceof Decoder;
        boolean scores = architecture.head() instanceof NgramHead;
        values.put(
                "architectures",
                List.of(
                        alone
                                ? "ProphetNetForCausalLM"
                                : scores ? "ProphetNetForConditionalGeneration" : "ProphetNetModel"));
        values.put("hidden_size", architecture.width());
        values.put("vocab_size", table.vocabulary());
        values.put("max_position_embeddings", positions.maximum());
        values.put("pad_token_id", positions.offset() - 1);
        values.put("num_decoder_layers", writes.unrolled().size());
        values.put("num_decoder_attention_heads", attention.heads().count());
        values.put("decoder_ffn_dim", feed.hidden());
        values.put("activation_function", Activations.name(feed.activation()));
        values.put("activation_dropout", feed.dropout());
        values.put("attention_dropout", attention.dropout());
        values.put("dropout", dropout);
        values.put("ngram", target.streams());
        values.put("num_buckets", attention.buckets());
        values.put("relative_max_distance", attention.furthest());
        values.put("decoder_start_token_id", positions.offset() - 1);
        if (architecture.head() instanceof NgramHead(Tying tying, NgramHead.Streams asked)) {
            values.put("tie_word_embeddings", tying == Tying.TIED);
            values.put("disable_ngram_loss", asked == NgramHead.Streams.FIRST);
        }
        return Optional.of(values);
    }
}
