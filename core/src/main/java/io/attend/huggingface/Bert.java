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
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.MaskedLanguageHead;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// BERT: post-norm encoder, learned positions and segments, and a head for every task; with `is_decoder` a decoder.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Bert() implements Family {
    private enum Task {
        WORDS,
        NEXT_WORD
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();

    static {
        HEADS.put("BertForMaskedLM", Task.WORDS);
        HEADS.put("BertLMHeadModel", Task.NEXT_WORD);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("classifier_dropout", "tie_word_embeddings");
        Task task = config.head(HEADS);
        boolean decoder = config.flag("is_decoder", false);
        int width = config.whole("hidden_size", 768);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-12), Bias.ADDED);
        double dropout = config.number("hidden_dropout_prob", 0.1);
        Activation activation = config.choice("hidden_act", "gelu", Activations.KNOWN);
        config.only("position_embedding_type", "absolute", "the others are to come");
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.whole("num_attention_heads", 12)))
                .masked(decoder ? new Causal() : new Bidirectional())
                .dropout(config.number("attention_probs_dropout_prob", 0.1));
        Feed feed = new Feed(new DenseFeedForward(config.whole("intermediate_size", 3072), activation, Bias.ADDED, 0));
        Stack stack = Stack.of(
                config.whole("num_hidden_layers", 12),
                new Block(List.of(new SelfAttention(attention), feed), norm, new PostNorm(dropout)));
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(config.whole("vocab_size", 30_522)))
                .position(new LearnedPosition(config.whole("max_position_embeddings", 512)))
                .segments(config.whole("type_vocab_size", 2))
                .norm(norm)
                .dropout(dropout);
        Head head = switch (task) {
            case WORDS, NEXT_WORD -> new MaskedLanguageHead(activation, norm);
        };
        Architecture architecture = new Architecture(
                        width, decoder ? new Decoder(embedding, stack) : new Encoder(embedding, stack), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        Usage usage = Usage.PLAIN.tokens(config);
        return new Mapping(
                architecture,
                names(decoder ? "decoder" : "encoder"),
                task == Task.NEXT_WORD ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    private static Names names(String stack) {
        String body = "bert.";
        String block = body + "encoder.layer.{i}.";
        String here = stack + ".{i}.";
        return new Names()
                .prefix("bert")
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .map(body + "embeddings.position_embeddings.weight", "embedding.position.weight")
                .map(body + "embeddings.token_type_embeddings.weight", "embedding.segment.weight")
                .module(body + "embeddings.LayerNorm", "embedding.norm")
                .module(block + "attention.self.query", here + "attention.query")
                .module(block + "attention.self.key", here + "attention.key")
                .module(block + "attention.self.value", here + "attention.value")
                .module(block + "attention.output.dense", here + "attention.output")
                .module(block + "attention.output.LayerNorm", here + "attention.norm")
                .module(block + "intermediate.dense", here + "feed.inner")
                .module(block + "output.dense", here + "feed.outer")
                .module(block + "output.LayerNorm", here + "feed.norm")
                .module("cls.predictions.transform.dense", "head.dense")
                .module("cls.predictions.transform.LayerNorm", "head.norm")
                .map("cls.predictions.bias", "head.bias")
                .tied("cls.predictions.decoder.weight", body + "embeddings.word_embeddings.weight")
                .tied("cls.predictions.decoder.bias", "cls.predictions.bias")
                .ignored(body + "embeddings.position_ids", "0, 1, 2, ..., which early versions saved")
                .ignored("embeddings.position_ids", "the same in a file without the prefix");
    }
}
