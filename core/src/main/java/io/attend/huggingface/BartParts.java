package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.FunnelEncoder;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.attention.Attention;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Embedding;
import io.attend.embedding.Scale;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenPooling;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.position.AbsolutePosition;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// What BART and its descendants have in common: their keys, two stacks with biases everywhere, one table of
/// words for both and the scores, and the names of all that. A family says what is its own in a [Kind].
final class BartParts {
    static final LayerNorm NORM = new LayerNorm(1e-5, Bias.ADDED);

    /// What the projections of an attention are called, theirs and ours.
    private static final Map<String, String> PROJECTIONS =
            Map.of("q_proj", "query", "k_proj", "key", "v_proj", "value", "out_proj", "output");

    private BartParts() {}

    /// What a class makes of the stacks.
    enum Task {
        BODY("Model"),
        WORDS("ForConditionalGeneration"),
        SEQUENCES("ForSequenceClassification"),
        SPANS("ForQuestionAnswering"),
        /// The decoder alone.
        NEXT_WORD("ForCausalLM");

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

        /// What stands before the names of the stacks.
        private String body(String prefix) {
            return this == BODY ? "" : prefix + ".";
        }
    }

    /// Where norms stand.
    enum Norms {
        /// Before every branch, and behind the last.
        BEFORE,
        /// Behind every branch's sum.
        BEHIND
    }

    /// How positions are told.
    @FunctionalInterface
    interface Positions {
        /// @param maximum `max_position_embeddings`
        /// @param pad the padding token
        AbsolutePosition of(int maximum, int pad);
    }

    /// A stack where nothing is said of it.
    record Side(int layers, int heads, int hidden) {}

    /// Values where nothing is said of them.
    ///
    /// @param pad the padding token
    /// @param start the token a decoder begins with
    /// @param scaled whether vectors of words are multiplied by √E
    record Defaults(
            int width,
            int vocabulary,
            int positions,
            int pad,
            int start,
            Side encoder,
            Side decoder,
            String activation,
            boolean scaled) {
        static final Defaults BART =
                new Defaults(1024, 50_265, 1024, 1, 2, new Side(12, 16, 4096), new Side(12, 16, 4096), "gelu", false);

        Defaults vocabulary(int words) {
            return new Defaults(width, words, positions, pad, start, encoder, decoder, activation, scaled);
        }

        Defaults tokens(int padding, int first) {
            return new Defaults(width, vocabulary, positions, padding, first, encoder, decoder, activation, scaled);
        }
    }

    /// What the encoder's attentions are, one a layer.
    @FunctionalInterface
    interface Reading {
        /// @param plain softmax attention with the heads and dropout of the configuration
        List<? extends Attention> of(Config config, SoftmaxAttention plain, int layers);
    }

    /// What differs where the encoder is not BART's.
    ///
    /// @param body what stands before the names of the stacks
    /// @param projections of the encoder's attention, theirs below `self_attn` and ours
    /// @param places the default of `max_encoder_position_embeddings`, where each side has a key of its own
    record Form(String body, Reading reading, Map<String, String> projections, OptionalInt places) {
        private static final Form BART = new Form(
                "model",
                (_, plain, layers) -> Collections.nCopies(layers, plain.masked(new Bidirectional())),
                PROJECTIONS,
                OptionalInt.empty());
    }

    /// What is a family's own.
    ///
    /// @param type the `model_type`
    /// @param classes by name, the plain model first
    /// @param embedded the norm behind the embeddings
    /// @param scores whether scores of words get a vector of their own, `final_logits_bias`
    record Kind(
            String type,
            Map<String, Task> classes,
            Defaults defaults,
            Norms norms,
            Norm embedded,
            Positions positions,
            Bias scores,
            Form form) {
        Kind(
                String type,
                Map<String, Task> classes,
                Defaults defaults,
                Norms norms,
                Norm embedded,
                Positions positions,
                Bias scores) {
            this(type, classes, defaults, norms, embedded, positions, scores, Form.BART);
        }
    }

    /// The tables of words.
    ///
    /// @param shared whether both sides read with one
    record Words(DenseTable source, DenseTable target, boolean shared) {}

    static Mapping mapping(Config config, Kind kind) {
        int vocabulary = config.whole("vocab_size", kind.defaults.vocabulary);
        DenseTable table = new DenseTable(vocabulary, config.padding("pad_token_id", kind.defaults.pad, vocabulary));
        return mapping(config, kind, new Words(table, table, true));
    }

    static Mapping mapping(Config config, Kind kind, Words words) {
        // whole layers are left out only while Hugging Face's class trains; the second line is of converters, and no
        // class of today reads it
        config.inert("encoder_layerdrop", "decoder_layerdrop", "num_hidden_layers", "init_std", "is_decoder")
                .inert("add_bias_logits", "add_final_layer_norm", "classif_dropout", "normalize_before")
                .inert("normalize_embedding", "static_position_embeddings", "extra_pos_embeddings")
                .inert("force_bos_token_to_be_generated", "do_blenderbot_90_layernorm", "layernorm_variant")
                .inert("classifier_dropout", "attention_heads");
        Task task = config.head(kind.classes);
        if (task == Task.NEXT_WORD) {
            config.inert("is_encoder_decoder", "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim");
        } else {
            config.only("is_encoder_decoder", true, "a decoder alone is read only for classes ...ForCausalLM");
        }
        Defaults defaults = kind.defaults;
        int width = config.whole("d_model", defaults.width);
        boolean tied = config.flag("tie_word_embeddings", true);
        Architecture architecture = new Architecture(
                        width, topology(config, kind, task, words), head(config, kind, task, tied, words))
                .initialized(
                        new NormalInitialization(config.number("init_std", 0.02), NormalInitialization.Branches.ALIKE));
        Names names = names(kind.form, task, tied, words.shared);
        if (task == Task.NEXT_WORD) {
            unread(names, width, config.count("decoder_layers", defaults.decoder.layers));
        }
        OptionalInt start = OptionalInt.of(config.whole("decoder_start_token_id", defaults.start));
        Usage usage = Usage.PLAIN.tokens(config, defaults.pad, start);
        return new Mapping(
                architecture, names, task == Task.NEXT_WORD ? usage.positions(Usage.Positions.ALL_COLUMNS) : usage);
    }

    private static Topology topology(Config config, Kind kind, Task task, Words words) {
        Stack decoder = stack(config, kind, "decoder", task);
        if (task == Task.NEXT_WORD) {
            return new Decoder(embedding(config, kind, "decoder", words.target), decoder);
        }
        return new EncoderDecoder(
                embedding(config, kind, "encoder", words.source),
                stack(config, kind, "encoder", task),
                embedding(config, kind, "decoder", words.shared ? new SharedTable() : words.target),
                decoder);
    }

    private static TokenEmbedding embedding(Config config, Kind kind, String side, Table table) {
        boolean apart = kind.form.places.isPresent();
        int otherwise = side.equals("encoder") ? kind.form.places.orElse(0) : kind.defaults.positions;
        boolean scaled = config.flag("scale_embedding", kind.defaults.scaled());
        AbsolutePosition position = kind.positions.of(
                apart
                        ? config.whole("max_" + side + "_position_embeddings", otherwise)
                        : config.whole("max_position_embeddings", kind.defaults.positions),
                config.whole("pad_token_id", kind.defaults.pad));
        return TokenEmbedding.of(table)
                .scale(scaled ? Scale.SQUARE_ROOT_OF_WIDTH : Scale.ONE)
                .position(position)
                .norm(kind.embedded)
                .dropout(config.number("dropout", 0.1));
    }

    private static Stack stack(Config config, Kind kind, String name, Task task) {
        Side side = name.equals("encoder") ? kind.defaults.encoder : kind.defaults.decoder;
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.whole(name + "_attention_heads", side.heads)))
                .dropout(config.number("attention_dropout", 0));
        Activation activation = config.choice("activation_function", kind.defaults.activation, Activations.KNOWN);
        Sublayer feed = new Feed(new DenseFeedForward(
                config.whole(name + "_ffn_dim", side.hidden),
                activation,
                Bias.ADDED,
                config.number("activation_dropout", 0)));
        int layers = config.count(name + "_layers", side.layers);
        double dropout = config.number("dropout", 0.1);
        boolean before = kind.norms == Norms.BEFORE;
        Function<Attention, Block> block = self -> {
            Sublayer first = new SelfAttention(self);
            List<Sublayer> sublayers = name.equals("encoder") || task == Task.NEXT_WORD
                    ? List.of(first, feed)
                    : List.of(first, new CrossAttention(attention), feed);
            return new Block(sublayers, NORM, before ? new PreNorm(dropout) : new PostNorm(dropout));
        };
        List<? extends Attention> selves = name.equals("encoder")
                ? kind.form.reading.of(config, attention, layers)
                : Collections.nCopies(layers, attention.masked(new Causal()));
        return new Stack(LongformerParts.segments(selves, block), before ? NORM : new NoNorm());
    }

    private static Head head(Config config, Kind kind, Task task, boolean tied, Words words) {
        double last = config.number("classifier_dropout", 0);
        int vocabulary = words.target.vocabulary();
        return switch (task) {
            case BODY -> new NoHead();
            case WORDS -> tied ? new TiedHead(kind.scores) : new LinearHead(vocabulary, kind.scores);
            case NEXT_WORD -> tied ? new TiedHead(Bias.NONE) : new LinearHead(vocabulary, Bias.NONE);
            case SEQUENCES -> {
                int labels = config.labels(kind.type.equals("bart") ? 3 : 2); // Hugging Face's default, in BART alone
                yield SequenceHead.of(labels)
                        .pooling(new TokenPooling(config.whole("eos_token_id", 2), TokenPooling.Occurrence.LAST))
                        .dense(new Tanh())
                        .dropout(last)
                        .problem(config.problem(labels));
            }
            case SPANS -> new SpanHead(0);
        };
    }

    private static Names names(Form form, Task task, boolean tied, boolean shared) {
        String body = task.body(form.body);
        boolean alone = task == Task.NEXT_WORD;
        String words = body + (shared && !alone ? "shared.weight" : "decoder.embed_tokens.weight");
        Names names = new Names().prefix(form.body);
        for (String side : alone ? List.of("decoder") : List.of("encoder", "decoder")) {
            String block = body + side + ".layers.{i}.";
            String here = side + ".{i}.";
            String embedding = alone ? "embedding." : side.equals("encoder") ? "source." : "target.";
            if (shared && !alone) {
                names.map(words, embedding + "token.weight").tied(body + side + ".embed_tokens.weight", words);
            } else {
                names.map(body + side + ".embed_tokens.weight", embedding + "token.weight");
            }
            names.map(body + side + ".embed_positions.weight", embedding + "position.weight")
                    .module(body + side + ".layernorm_embedding", embedding + "norm")
                    .module(body + side + ".layer_norm", side + ".norm")
                    .module(block + "self_attn_layer_norm", here + "attention.norm")
                    .module(block + "encoder_attn_layer_norm", here + "cross.norm")
                    .module(block + "final_layer_norm", here + "feed.norm")
                    .module(block + "fc1", here + "feed.inner")
                    .module(block + "fc2", here + "feed.outer");
            (side.equals("encoder") ? form.projections : PROJECTIONS)
                    .forEach((theirs, ours) -> names.module(block + "self_attn." + theirs, here + "attention." + ours));
            PROJECTIONS.forEach(
                    (theirs, ours) -> names.module(block + "encoder_attn." + theirs, here + "cross." + ours));
        }
        if (tied && (task == Task.WORDS || alone)) {
            names.tied("lm_head.weight", words);
        }
        return names.map("lm_head.weight", "head.weight")
                .map("final_logits_bias", Layout.shaped(shape -> Shape.of(1, shape.size(0))), "head.bias")
                .module("classification_head.dense", "head.dense")
                .module("classification_head.out_proj", "head.classifier")
                .module("qa_outputs", "head.span");
    }

    /// The decoder alone still has what would look at an encoder.
    private static void unread(Names names, int width, int layers) {
        String reason = "attention to an encoder, which a decoder alone does not have";
        for (int layer = 0; layer < layers; layer++) {
            String block = "model.decoder.layers." + layer + ".encoder_attn";
            for (String projection : PROJECTIONS.keySet()) {
                names.kept(block + "." + projection + ".weight", Shape.of(width, width), Names.Fresh.ZEROS, reason)
                        .kept(block + "." + projection + ".bias", Shape.of(width), Names.Fresh.ZEROS, reason);
            }
            names.kept(block + "_layer_norm.weight", Shape.of(width), Names.Fresh.ONES, reason)
                    .kept(block + "_layer_norm.bias", Shape.of(width), Names.Fresh.ZEROS, reason);
        }
    }

    /// The keys of an architecture of this kind.
    static Optional<Map<String, Object>> keys(Architecture architecture, Kind kind) {
        boolean alone = architecture.topology() instanceof Decoder;
        Optional<Embedding> written = switch (architecture.topology()) {
            case Decoder decoder -> Optional.of(decoder.embedding());
            case EncoderDecoder both -> Optional.of(both.source());
            case Encoder _, FunnelEncoder _ -> Optional.empty();
        };
        if (!(written.orElse(null) instanceof TokenEmbedding embedding)
                || !(embedding.table() instanceof DenseTable table)
                || task(kind, architecture).isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", kind.type);
        values.put("architectures", List.of(task(kind, architecture).get()));
        values.put("is_encoder_decoder", !alone);
        values.put("is_decoder", alone);
        values.put("d_model", architecture.width());
        values.put("vocab_size", table.vocabulary());
        values.put("pad_token_id", table.padding().isPresent() ? table.padding().getAsInt() : null);
        values.put("scale_embedding", embedding.scale() == Scale.SQUARE_ROOT_OF_WIDTH);
        values.put("tie_word_embeddings", !(architecture.head() instanceof LinearHead));
        if (embedding.position() instanceof LearnedPosition position && kind.form.places.isEmpty()) {
            values.put("max_position_embeddings", position.maximum() - position.offset());
        }
        architecture.topology().stacks().forEach((name, stack) -> side(values, name, stack));
        if (architecture.head() instanceof SequenceHead head) {
            Config.labels(values, head.labels(), head.problem());
            values.put("classifier_dropout", head.dropout());
            if (head.pooling() instanceof TokenPooling pooling) {
                values.put("eos_token_id", pooling.token());
            }
        }
        return Optional.of(values);
    }

    private static void side(Map<String, Object> values, String name, Stack stack) {
        Block block = stack.unrolled().getFirst();
        values.put(name + "_layers", stack.unrolled().size());
        if (block.sublayers().getFirst() instanceof SelfAttention(SoftmaxAttention attention)) {
            values.put(name + "_attention_heads", attention.heads().count());
            values.put("attention_dropout", attention.dropout());
        }
        if (block.sublayers().getLast() instanceof Feed(DenseFeedForward feed)) {
            values.put(name + "_ffn_dim", feed.hidden());
            values.put("activation_function", Activations.name(feed.activation()));
            values.put("activation_dropout", feed.dropout());
        }
        switch (block.residual()) {
            case PreNorm(double dropout) -> values.put("dropout", dropout);
            case PostNorm(double dropout) -> values.put("dropout", dropout);
            default -> {}
        }
    }

    /// The name of the class that has such a head.
    private static Optional<String> task(Kind kind, Architecture architecture) {
        Task task = architecture.topology() instanceof Decoder
                ? Task.NEXT_WORD
                : switch (architecture.head()) {
                    case NoHead _ -> Task.BODY;
                    case SequenceHead _ -> Task.SEQUENCES;
                    case SpanHead _ -> Task.SPANS;
                    default -> Task.WORDS;
                };
        return kind.classes.entrySet().stream()
                .filter(known -> known.getValue() == task)
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
