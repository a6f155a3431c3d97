package io.attend.huggingface;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Encoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.attention.Attention;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.attention.TransientGlobalAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Embedding;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.FeedForward;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenHead;
import io.attend.head.TokenPooling;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.RmsNorm;
import io.attend.position.BucketedBias;
import io.attend.position.BucketedBias.Direction;
import io.attend.score.DotProduct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What T5 and Switch have in common: pre-norm stacks without biases, whose scores are not divided and get a
/// number by the distance, from one table for all layers of a stack.
record T5Parts(int width, int vocabulary, double dropout, SoftmaxAttention attention, BucketedBias bias, RmsNorm norm) {
    /// What a class makes of the stacks.
    enum Task {
        BODY("Model"),
        WORDS("ForConditionalGeneration"),
        ENCODER("EncoderModel"),
        SEQUENCES("ForSequenceClassification"),
        TOKENS("ForTokenClassification"),
        SPANS("ForQuestionAnswering");

        private final String suffix;

        Task(String suffix) {
            this.suffix = suffix;
        }

        /// The classes of a family whose names begin so.
        static Map<String, Task> classes(String family, Task... tasks) {
            Map<String, Task> classes = new LinkedHashMap<>();
            for (Task task : tasks) {
                classes.put(family + task.suffix, task);
            }
            return classes;
        }

        String className(String family) {
            return family + suffix;
        }

        /// Whether the class has no decoder.
        boolean readsOnly() {
            return this == ENCODER || this == TOKENS;
        }

        /// What stands before the names of the stacks in a file.
        String body() {
            return this == SEQUENCES || this == TOKENS ? "transformer." : "";
        }
    }

    /// The products of a feed-forward.
    static final Map<String, String> DENSE = Map.of("wi", "inner", "wo", "outer");

    /// The products of one with a gate.
    static final Map<String, String> GATED = Map.of("wi_0", "gate", "wi_1", "inner", "wo", "outer");

    /// @param width the default of `d_model`
    /// @param heads the default of `num_heads`
    /// @param vocabulary the default of `vocab_size`
    static T5Parts read(Config config, int width, int heads, int vocabulary) {
        // n_positions is a number of early versions that no table has
        config.inert("initializer_factor", "n_positions", "output_past")
                .only("is_encoder_decoder", true, "a decoder alone is not read");
        int size = config.whole("d_kv", 64);
        double dropout = config.number("dropout_rate", 0.1);
        return new T5Parts(
                config.whole("d_model", width),
                config.whole("vocab_size", vocabulary),
                dropout,
                SoftmaxAttention.of(Heads.of(config.count("num_heads", heads)).size(size))
                        .score(new DotProduct())
                        .bias(ProjectionBias.NONE)
                        .dropout(dropout),
                new BucketedBias(
                        config.whole("relative_attention_num_buckets", 32),
                        Direction.BIDIRECTIONAL,
                        config.whole("relative_attention_max_distance", 128)),
                new RmsNorm(config.number("layer_norm_epsilon", 1e-6)));
    }

    /// Both stacks, or for a class that only reads the encoder alone.
    ///
    /// @param reading the feed-forwards of the encoder's layers
    /// @param writing those of the decoder's
    Topology topology(Task task, List<FeedForward> reading, List<FeedForward> writing) {
        return topology(task, attention.masked(new Bidirectional()).position(bias), reading, writing);
    }

    /// The same with another attention of the encoder.
    Topology topology(Task task, Attention self, List<FeedForward> reading, List<FeedForward> writing) {
        TokenEmbedding source = embedding(new DenseTable(vocabulary));
        Stack encoder = stack(reading, feed -> block(List.of(new SelfAttention(self), new Feed(feed))));
        return task.readsOnly()
                ? new Encoder(source, encoder)
                : new EncoderDecoder(source, encoder, embedding(new SharedTable()), stack(writing, this::writing));
    }

    private TokenEmbedding embedding(Table table) {
        return TokenEmbedding.of(table).dropout(dropout);
    }

    private Stack stack(List<FeedForward> feeds, Function<FeedForward, Block> block) {
        List<Segment> segments = new ArrayList<>();
        for (int from = 0, to; from < feeds.size(); from = to) {
            to = from + 1;
            while (to < feeds.size() && feeds.get(to).equals(feeds.get(from))) {
                to++;
            }
            segments.add(new Segment(to - from, block.apply(feeds.get(from))));
        }
        return new Stack(segments, norm);
    }

    private Block writing(FeedForward feed) {
        SoftmaxAttention self = attention
                .masked(new Causal())
                .position(new BucketedBias(bias.buckets(), Direction.CAUSAL, bias.furthest()));
        return block(List.of(new SelfAttention(self), new CrossAttention(attention), new Feed(feed)));
    }

    private Block block(List<Sublayer> sublayers) {
        return new Block(sublayers, norm, new PreNorm(dropout));
    }

    Head head(Config config, Task task, boolean tied) {
        double last = config.number("classifier_dropout", 0);
        return switch (task) {
            case BODY, ENCODER -> new NoHead();
            // a table that also scores words began ten times as large as one that only embeds
            case WORDS ->
                tied ? new TiedHead(Bias.NONE).scale(1 / Math.sqrt(width)) : new LinearHead(vocabulary, Bias.NONE);
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels)
                        .pooling(new TokenPooling(config.whole("eos_token_id", 1), TokenPooling.Occurrence.LAST))
                        .dense(new Tanh())
                        .dropout(last)
                        .problem(config.problem(labels));
            }
            case TOKENS -> new TokenHead(config.labels(), last);
            case SPANS -> new SpanHead(0);
        };
    }

    /// What all classes of these families call the parameters.
    ///
    /// @param feed what the module of a feed-forward is called
    /// @param products its products, and ours
    static Names names(Task task, boolean tied, String feed, Map<String, String> products) {
        return names(task, tied, "SelfAttention", feed, products);
    }

    /// The same where the encoder's attention is called otherwise.
    static Names names(Task task, boolean tied, String reading, String feed, Map<String, String> products) {
        String body = task.body();
        Names names = new Names()
                .prefix("transformer")
                .map(body + "shared.weight", task.readsOnly() ? "embedding.token.weight" : "source.token.weight");
        for (String side : List.of("encoder", "decoder")) {
            String self = side.equals("encoder") ? reading : "SelfAttention";
            List<String> modules =
                    side.equals("encoder") ? List.of(reading, feed) : List.of("SelfAttention", "EncDecAttention", feed);
            for (String module : modules) {
                int layer = modules.indexOf(module);
                String theirs = body + side + ".block.{i}.layer." + layer + ".";
                String ours = side + ".{i}." + (module.equals(feed) ? "feed" : layer == 0 ? "attention" : "cross");
                names.map(theirs + "layer_norm.weight", ours + ".norm.weight");
                if (module.equals(feed)) {
                    products.forEach((product, part) -> names.module(theirs + feed + "." + product, ours + "." + part));
                } else {
                    names.map(theirs + module + ".q.weight", ours + ".query.weight")
                            .map(theirs + module + ".k.weight", ours + ".key.weight")
                            .map(theirs + module + ".v.weight", ours + ".value.weight")
                            .map(theirs + module + ".o.weight", ours + ".output.weight");
                }
            }
            String first = body + side + ".block.0.layer.";
            names.map(first + "0." + self + ".relative_attention_bias.weight", side + ".position.weight")
                    .ignored(
                            first + "1.EncDecAttention.relative_attention_bias.weight",
                            "a table that early versions saved and nothing reads")
                    .map(body + side + ".final_layer_norm.weight", side + ".norm.weight")
                    .tied(body + side + ".embed_tokens.weight", body + "shared.weight");
        }
        if (task == Task.WORDS && tied) {
            names.tied("lm_head.weight", "shared.weight");
        }
        return names.map("lm_head.weight", "head.weight")
                .module("classification_head.dense", "head.dense")
                .module(task == Task.TOKENS ? "classifier" : "classification_head.out_proj", "head.classifier")
                .module("qa_outputs", "head.span");
    }

    /// The keys of an architecture of this kind, all but those of its class and its feed-forwards.
    static Optional<Map<String, Object>> keys(Architecture architecture) {
        Map<String, Stack> stacks = architecture.topology().stacks();
        Stack encoder = stacks.get("encoder");
        if (encoder == null
                || !(encoder.finalNorm() instanceof RmsNorm norm)
                || !(encoder.unrolled().getFirst() instanceof Block(var branches, var norms, PreNorm(double dropout)))
                || !norms.equals(norm)
                || !(branches.getFirst() instanceof SelfAttention(Attention attention))
                || !(heads(attention).orElse(null) instanceof Heads heads)
                || !(bias(attention).orElse(null) instanceof BucketedBias bias)
                || !(source(architecture) instanceof TokenEmbedding embedding)
                || !(embedding.table() instanceof DenseTable table)) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("is_encoder_decoder", true);
        values.put("d_model", architecture.width());
        values.put("d_kv", heads.size().orElse(architecture.width() / heads.count()));
        values.put("num_heads", heads.count());
        values.put("num_layers", encoder.unrolled().size());
        values.put(
                "num_decoder_layers",
                stacks.getOrDefault("decoder", encoder).unrolled().size());
        values.put("vocab_size", table.vocabulary());
        values.put("dropout_rate", dropout);
        values.put("layer_norm_epsilon", norm.epsilon());
        values.put("relative_attention_num_buckets", bias.buckets());
        values.put("relative_attention_max_distance", bias.furthest());
        values.put("tie_word_embeddings", !(architecture.head() instanceof LinearHead));
        values.put("pad_token_id", 0);
        values.put("decoder_start_token_id", 0);
        if (architecture.head() instanceof SequenceHead head) {
            Config.labels(values, head.labels(), head.problem());
            values.put("classifier_dropout", head.dropout());
            if (head.pooling() instanceof TokenPooling pooling) {
                values.put("eos_token_id", pooling.token());
            }
        } else if (architecture.head() instanceof TokenHead head) {
            Config.labels(values, head.labels(), Problem.SINGLE_LABEL);
            values.put("classifier_dropout", head.dropout());
        }
        return Optional.of(values);
    }

    private static Optional<Heads> heads(Attention attention) {
        return switch (attention) {
            case SoftmaxAttention softmax -> Optional.of(softmax.heads());
            case TransientGlobalAttention sparse -> Optional.of(sparse.heads());
            default -> Optional.empty();
        };
    }

    private static Optional<BucketedBias> bias(Attention attention) {
        return switch (attention) {
            case SoftmaxAttention softmax when softmax.position() instanceof BucketedBias bias -> Optional.of(bias);
            case TransientGlobalAttention sparse -> Optional.of(sparse.position());
            default -> Optional.empty();
        };
    }

    private static Embedding source(Architecture architecture) {
        return architecture.topology().embeddings().getFirst();
    }

    /// The class that has such a head.
    static Task task(Architecture architecture) {
        boolean encoder = architecture.topology() instanceof Encoder;
        return switch (architecture.head()) {
            case NoHead _ -> encoder ? Task.ENCODER : Task.BODY;
            case SequenceHead _ -> Task.SEQUENCES;
            case TokenHead _ -> Task.TOKENS;
            case SpanHead _ -> Task.SPANS;
            default -> Task.WORDS;
        };
    }
}
