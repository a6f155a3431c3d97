package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Attention;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TokenHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.AbsolutePosition;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.ShawPosition;
import io.attend.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What BERT and the encoders that descend from it have in common: the keys of their configuration, their
/// tasks and the names of their layers. Each method reads the keys it needs, so a family asks only for what
/// it has. What they write is with [EncoderParts].
///
/// @param defaults what a key is where the configuration leaves it out
record TextEncoder(Config config, Task task, boolean decoder, boolean tied, Map<String, Object> defaults) {
    /// What a class of a family is for.
    enum Task {
        BODY,
        WORDS,
        NEXT_WORD,
        /// Hidden words, and how two texts belong together.
        PRETRAINING,
        /// Whether one text follows another.
        SENTENCES,
        /// Which words were replaced.
        REPLACED,
        SEQUENCES,
        /// Which of several texts it is.
        CHOICE,
        TOKENS,
        SPANS
    }

    private static final Map<String, Object> BERT = Map.ofEntries(
            Map.entry("vocab_size", 30_522),
            Map.entry("hidden_size", 768),
            Map.entry("num_hidden_layers", 12),
            Map.entry("num_attention_heads", 12),
            Map.entry("intermediate_size", 3072),
            Map.entry("hidden_act", "gelu"),
            Map.entry("hidden_dropout_prob", 0.1),
            Map.entry("attention_probs_dropout_prob", 0.1),
            Map.entry("max_position_embeddings", 512),
            Map.entry("type_vocab_size", 2),
            Map.entry("layer_norm_eps", 1e-12),
            Map.entry("pad_token_id", 0));

    /// The classes of a family by their names: what all have.
    static Map<String, Task> classes(String name) {
        Map<String, Task> classes = new LinkedHashMap<>();
        classes.put(name + "Model", Task.BODY);
        classes.put(name + "ForMaskedLM", Task.WORDS);
        classes.put(name + "ForSequenceClassification", Task.SEQUENCES);
        classes.put(name + "ForMultipleChoice", Task.CHOICE);
        classes.put(name + "ForTokenClassification", Task.TOKENS);
        classes.put(name + "ForQuestionAnswering", Task.SPANS);
        return classes;
    }

    /// @param differing defaults that are not BERT's
    static TextEncoder of(Config config, Map<String, Task> classes, Map<String, Object> differing) {
        Map<String, Object> defaults = new HashMap<>(BERT);
        defaults.putAll(differing);
        return new TextEncoder(
                config,
                config.head(classes),
                config.flag("is_decoder", false),
                config.flag("tie_word_embeddings", true),
                defaults);
    }

    int whole(String key) {
        return config.whole(key, (Integer) otherwise(key));
    }

    int count(String key) {
        return config.count(key, (Integer) otherwise(key));
    }

    double number(String key) {
        return config.number(key, ((Number) otherwise(key)).doubleValue());
    }

    private Object otherwise(String key) {
        return Objects.requireNonNull(defaults.get(key), key);
    }

    // ---- layers ----

    int width() {
        return whole("hidden_size");
    }

    int vocabulary() {
        return whole("vocab_size");
    }

    LayerNorm norm() {
        return new LayerNorm(number("layer_norm_eps"), Bias.ADDED);
    }

    double dropout() {
        return number("hidden_dropout_prob");
    }

    Activation activation() {
        return config.choice("hidden_act", (String) otherwise("hidden_act"), Activations.KNOWN);
    }

    /// Words, as many segments as there are, norm and dropout; without positions.
    TokenEmbedding embedding() {
        return TokenEmbedding.of(table())
                .segments(whole("type_vocab_size"))
                .norm(norm())
                .dropout(dropout());
    }

    DenseTable table() {
        return new DenseTable(vocabulary(), config.padding("pad_token_id", whole("pad_token_id"), vocabulary()));
    }

    /// The width of words and positions, where it is not that of the model.
    Optional<Integer> inner() {
        int inner = config.whole("embedding_size", (Integer) defaults.getOrDefault("embedding_size", width()));
        return inner == width() ? Optional.empty() : Optional.of(inner);
    }

    /// How attention tells distances, by `position_embedding_type`; nothing where positions are absolute.
    RelativePosition distances() {
        int furthest = whole("max_position_embeddings") - 1;
        Map<String, ShawPosition.Use> known = new LinkedHashMap<>();
        known.put("relative_key", ShawPosition.Use.KEYS);
        known.put("relative_key_query", ShawPosition.Use.KEYS_AND_QUERIES);
        if (config.text("position_embedding_type").orElse("absolute").equals("absolute")) {
            return new NoPosition();
        }
        return new ShawPosition(furthest, config.choice("position_embedding_type", "absolute", known));
    }

    /// The table of places, unless distances take its part.
    ///
    /// @param offset the row of the first place
    AbsolutePosition places(RelativePosition distances, int offset) {
        return distances instanceof NoPosition
                ? new LearnedPosition(whole("max_position_embeddings"), offset)
                : new NoPosition();
    }

    SoftmaxAttention attention() {
        return SoftmaxAttention.of(Heads.of(count("num_attention_heads")))
                .masked(decoder ? new Causal() : new Bidirectional())
                .dropout(number("attention_probs_dropout_prob"));
    }

    DenseFeedForward feed() {
        return new DenseFeedForward(whole("intermediate_size"), activation(), Bias.ADDED, 0);
    }

    Block block(Attention attention) {
        return new Block(List.of(new SelfAttention(attention), new Feed(feed())), norm(), new PostNorm(dropout()));
    }

    Stack stack(Block block) {
        return Stack.of(count("num_hidden_layers"), block);
    }

    // ---- heads ----

    MaskedLanguageHead words(Activation activation) {
        return new MaskedLanguageHead(activation, norm(), tied ? Tying.TIED : Tying.OWN);
    }

    /// The dropout before classes, where it has a key of its own.
    double classifierDropout() {
        return config.numberIfGiven("classifier_dropout").orElse(dropout());
    }

    /// The head of a task that all families have.
    ///
    /// @param body what the plain model ends with
    /// @param dense the activation of the product in front of the classes of a text
    /// @param dropout in front of classes
    Head head(Head body, MaskedLanguageHead words, Activation dense, double dropout) {
        return switch (task) {
            case BODY -> body;
            case WORDS, NEXT_WORD -> words;
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels).dense(dense).dropout(dropout).problem(config.problem(labels));
            }
            case CHOICE -> SequenceHead.of(1).dense(dense).dropout(dropout).problem(Problem.CHOICE);
            case TOKENS -> new TokenHead(config.labels(), dropout);
            case SPANS -> new SpanHead(0);
            case PRETRAINING, SENTENCES, REPLACED -> throw new IllegalStateException(task + " is a family's own");
        };
    }

    // ---- the whole ----

    Mapping mapping(TokenEmbedding embedding, Stack stack, Head head, Names names) {
        Architecture architecture = new Architecture(
                        width(), decoder ? new Decoder(embedding, stack) : new Encoder(embedding, stack), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        Usage usage = Usage.PLAIN.tokens(config);
        return new Mapping(architecture, names, task == Task.NEXT_WORD ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    /// What stands before the names of the body.
    String body(String prefix) {
        return task == Task.BODY ? "" : prefix + ".";
    }

    /// What blocks are called here.
    String block() {
        return (decoder ? "decoder" : "encoder") + ".{i}.";
    }

    /// Names of the embedding and of what every family calls as BERT does.
    ///
    /// @param prefix of the body in the classes of tasks
    Names names(String prefix) {
        String body = body(prefix);
        String spare = "a pooler, which this class does without";
        Names names = new Names()
                .prefix(prefix)
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .map(body + "embeddings.position_embeddings.weight", "embedding.position.weight")
                .map(body + "embeddings.token_type_embeddings.weight", "embedding.segment.weight")
                .module(body + "embeddings.LayerNorm", "embedding.norm")
                .module("qa_outputs", "head.span");
        for (String before : List.of(prefix + ".", "")) {
            names.ignored(before + "embeddings.position_ids", "0, 1, 2, ..., which early versions saved")
                    .ignored(before + "embeddings.token_type_ids", "zeros, which early versions saved")
                    .ignored(before + "pooler.dense.weight", spare)
                    .ignored(before + "pooler.dense.bias", spare);
        }
        return names;
    }

    /// The names of a layer in BERT and most others.
    Names layers(Names names, String prefix) {
        String theirs = body(prefix) + "encoder.layer.{i}.";
        return feeds(
                names.module(theirs + "attention.self.query", block() + "attention.query")
                        .module(theirs + "attention.self.key", block() + "attention.key")
                        .module(theirs + "attention.self.value", block() + "attention.value")
                        .module(theirs + "attention.self.distance_embedding", block() + "attention.position"),
                prefix);
    }

    /// The names of a layer behind the projections of queries, keys and values.
    Names feeds(Names names, String prefix) {
        String theirs = body(prefix) + "encoder.layer.{i}.";
        return names.module(theirs + "attention.output.dense", block() + "attention.output")
                .module(theirs + "attention.output.LayerNorm", block() + "attention.norm")
                .module(theirs + "intermediate.dense", block() + "feed.inner")
                .module(theirs + "output.dense", block() + "feed.outer")
                .module(theirs + "output.LayerNorm", block() + "feed.norm");
    }

    /// A table of places that the class saves and relative distances leave unused.
    Names unusedPlaces(Names names, String prefix, RelativePosition distances) {
        return distances instanceof NoPosition
                ? names
                : names.kept(
                        body(prefix) + "embeddings.position_embeddings.weight",
                        Shape.of(whole("max_position_embeddings"), inner().orElse(width())),
                        Names.Fresh.ZEROS,
                        "the table of absolute positions, which relative ones leave unused");
    }

    /// A head of words whose scores may be tied.
    ///
    /// @param scores the module of the scores
    /// @param bias where their bias is saved
    Names words(Names names, String prefix, String scores, String bias) {
        names.map(bias, task == Task.PRETRAINING ? "head.words.bias" : "head.bias")
                .map(scores + ".weight", task == Task.PRETRAINING ? "head.words.weight" : "head.weight");
        if (tied) {
            names.tied(scores + ".weight", body(prefix) + "embeddings.word_embeddings.weight");
        }
        return bias.equals(scores + ".bias") ? names : names.tied(scores + ".bias", bias);
    }
}
