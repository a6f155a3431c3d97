package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.FirstPooling;
import io.attend.head.Head;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.NoHead;
import io.attend.head.PairHead;
import io.attend.head.PooledHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TokenHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.position.ShawPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// BERT: post-norm encoder, learned positions and segments, and a head for every task; with `is_decoder` a decoder.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Bert() implements Family {
    private enum Task {
        BODY,
        WORDS,
        NEXT_WORD,
        PRETRAINING,
        SENTENCES,
        SEQUENCES,
        TOKENS,
        SPANS
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();

    static {
        HEADS.put("BertModel", Task.BODY);
        HEADS.put("BertForMaskedLM", Task.WORDS);
        HEADS.put("BertLMHeadModel", Task.NEXT_WORD);
        HEADS.put("BertForPreTraining", Task.PRETRAINING);
        HEADS.put("BertForNextSentencePrediction", Task.SENTENCES);
        HEADS.put("BertForSequenceClassification", Task.SEQUENCES);
        HEADS.put("BertForTokenClassification", Task.TOKENS);
        HEADS.put("BertForQuestionAnswering", Task.SPANS);
    }

    private enum Distances {
        ABSOLUTE,
        KEYS,
        KEYS_AND_QUERIES
    }

    private static final Map<String, Distances> POSITIONS = new LinkedHashMap<>();

    static {
        POSITIONS.put("absolute", Distances.ABSOLUTE);
        POSITIONS.put("relative_key", Distances.KEYS);
        POSITIONS.put("relative_key_query", Distances.KEYS_AND_QUERIES);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public Mapping read(Config config) {
        Task task = config.head(HEADS);
        boolean decoder = config.flag("is_decoder", false);
        boolean tied = config.flag("tie_word_embeddings", true);
        boolean pooled = config.flag("add_pooling_layer", true); // an argument of Hugging Face's class; GGUF has no pooler
        int width = config.whole("hidden_size", 768);
        int maximum = config.whole("max_position_embeddings", 512);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-12), Bias.ADDED);
        double dropout = config.number("hidden_dropout_prob", 0.1);
        Activation activation = config.choice("hidden_act", "gelu", Activations.KNOWN);
        Distances distances = config.choice("position_embedding_type", "absolute", POSITIONS);
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.whole("num_attention_heads", 12)))
                .masked(decoder ? new Causal() : new Bidirectional())
                .position(
                        switch (distances) {
                            case ABSOLUTE -> new NoPosition();
                            case KEYS -> new ShawPosition(maximum - 1, ShawPosition.Use.KEYS);
                            case KEYS_AND_QUERIES -> new ShawPosition(maximum - 1, ShawPosition.Use.KEYS_AND_QUERIES);
                        })
                .dropout(config.number("attention_probs_dropout_prob", 0.1));
        Feed feed = new Feed(new DenseFeedForward(config.whole("intermediate_size", 3072), activation, Bias.ADDED, 0));
        Stack stack = Stack.of(
                config.whole("num_hidden_layers", 12),
                new Block(List.of(new SelfAttention(attention), feed), norm, new PostNorm(dropout)));
        int vocabulary = config.whole("vocab_size", 30_522);
        TokenEmbedding embedding = TokenEmbedding.of(
                        new DenseTable(vocabulary, config.padding("pad_token_id", 0, vocabulary)))
                .position(distances == Distances.ABSOLUTE ? new LearnedPosition(maximum) : new NoPosition())
                .segments(config.whole("type_vocab_size", 2))
                .norm(norm)
                .dropout(dropout);
        MaskedLanguageHead words = new MaskedLanguageHead(activation, norm, tied ? Tying.TIED : Tying.OWN);
        double last = config.numberIfGiven("classifier_dropout").orElse(dropout);
        Head head = switch (task) {
            case BODY -> pooled ? new PooledHead(new FirstPooling(), Optional.of(new Tanh())) : new NoHead();
            case WORDS, NEXT_WORD -> words;
            case PRETRAINING -> new PairHead(words, new Tanh(), 2);
            case SENTENCES -> SequenceHead.of(2).dense(new Tanh());
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels).dense(new Tanh()).dropout(last).problem(config.problem(labels));
            }
            case TOKENS -> new TokenHead(config.labels(), last);
            case SPANS -> new SpanHead(0);
        };
        Architecture architecture = new Architecture(
                        width, decoder ? new Decoder(embedding, stack) : new Encoder(embedding, stack), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        Names names = names(task, decoder ? "decoder" : "encoder");
        if (distances != Distances.ABSOLUTE) {
            names.kept(
                    body(task) + "embeddings.position_embeddings.weight",
                    Shape.of(maximum, width),
                    Names.Fresh.ZEROS,
                    "the table of absolute positions, which relative ones leave unused");
        }
        if (tied) {
            names.tied("cls.predictions.decoder.weight", body(task) + "embeddings.word_embeddings.weight");
        }
        Usage usage = Usage.PLAIN.tokens(config);
        return new Mapping(architecture, names, task == Task.NEXT_WORD ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    private static String body(Task task) {
        return task == Task.BODY ? "" : "bert.";
    }

    private static Names names(Task task, String stack) {
        String body = body(task);
        String block = body + "encoder.layer.{i}.";
        String here = stack + ".{i}.";
        String words = task == Task.PRETRAINING ? "head.words." : "head.";
        Names names = new Names()
                .prefix("bert")
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .map(body + "embeddings.position_embeddings.weight", "embedding.position.weight")
                .map(body + "embeddings.token_type_embeddings.weight", "embedding.segment.weight")
                .module(body + "embeddings.LayerNorm", "embedding.norm")
                .module(block + "attention.self.query", here + "attention.query")
                .module(block + "attention.self.key", here + "attention.key")
                .module(block + "attention.self.value", here + "attention.value")
                .module(block + "attention.self.distance_embedding", here + "attention.position")
                .module(block + "attention.output.dense", here + "attention.output")
                .module(block + "attention.output.LayerNorm", here + "attention.norm")
                .module(block + "intermediate.dense", here + "feed.inner")
                .module(block + "output.dense", here + "feed.outer")
                .module(block + "output.LayerNorm", here + "feed.norm")
                .ignored(body + "embeddings.position_ids", "0, 1, 2, ..., which early versions saved")
                .ignored("embeddings.position_ids", "the same in a file without the prefix");
        switch (task) {
            case WORDS, NEXT_WORD, PRETRAINING ->
                names.module("cls.predictions.transform.dense", words + "dense")
                        .module("cls.predictions.transform.LayerNorm", words + "norm")
                        .map("cls.predictions.bias", words + "bias")
                        .map("cls.predictions.decoder.weight", words + "weight")
                        .tied("cls.predictions.decoder.bias", "cls.predictions.bias");
            default -> {}
        }
        return names.module(body + "pooler.dense", "head.dense")
                .module("cls.seq_relationship", "head.relation")
                .module(task == Task.SENTENCES ? "cls.seq_relationship" : "classifier", "head.classifier")
                .module("qa_outputs", "head.span");
    }
}
