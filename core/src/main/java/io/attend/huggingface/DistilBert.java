package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Relu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
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
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TokenHead;
import io.attend.head.Tying;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// DistilBERT: BERT without segments and pooler, positions learned or sinusoidal, under keys and names of its
/// own.
@Source(paper = "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter", arxiv = "1910.01108")
public record DistilBert() implements Family {
    private static final LayerNorm NORM = new LayerNorm(1e-12, Bias.ADDED);
    private static final Map<String, Task> CLASSES = TextEncoder.classes("DistilBert");

    @Override
    public List<String> modelTypes() {
        return List.of("distilbert");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("tie_weights_", "output_past");
        Task task = config.head(CLASSES);
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("dim", 768);
        int vocabulary = config.whole("vocab_size", 30_522);
        int maximum = config.whole("max_position_embeddings", 512);
        double dropout = config.number("dropout", 0.1);
        Activation activation = config.choice("activation", "gelu", Activations.KNOWN);
        boolean waves = config.flag("sinusoidal_pos_embds", false);
        TokenEmbedding embedding = TokenEmbedding.of(
                        new DenseTable(vocabulary, config.padding("pad_token_id", 0, vocabulary)))
                .position(
                        waves
                                ? new SinusoidalPosition(SinusoidalPosition.Order.INTERLEAVED)
                                : new LearnedPosition(maximum))
                .norm(NORM)
                .dropout(dropout);
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.whole("n_heads", 12)))
                .dropout(config.number("attention_dropout", 0.1));
        // Hugging Face's class drops from the result of the feed-forward network, where PostNorm does
        Feed feed = new Feed(new DenseFeedForward(config.whole("hidden_dim", 3072), activation, Bias.ADDED, 0));
        Stack stack = Stack.of(
                config.whole("n_layers", 6),
                new Block(List.of(new SelfAttention(attention), feed), NORM, new PostNorm(dropout)));
        double sequences = config.number("seq_classif_dropout", 0.2);
        double spans = config.number("qa_dropout", 0.1);
        Head head = switch (task) {
            case BODY -> new NoHead();
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels)
                        .dense(new Relu())
                        .dropout(sequences)
                        .problem(config.problem(labels));
            }
            case CHOICE ->
                SequenceHead.of(1).dense(new Relu()).dropout(sequences).problem(Problem.CHOICE);
            case TOKENS -> new TokenHead(config.labels(), dropout);
            case SPANS -> new SpanHead(spans);
            default -> new MaskedLanguageHead(activation, NORM, tied ? Tying.TIED : Tying.OWN);
        };
        Names names = names(task, tied);
        if (waves) {
            names.formula(
                    (task == Task.BODY ? "" : "distilbert.") + "embeddings.position_embeddings.weight",
                    Shape.of(maximum, width),
                    Waves.INTERLEAVED,
                    "the table of sinusoidal positions, which a formula gives");
        }
        Architecture architecture = new Architecture(width, new Encoder(embedding, stack), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        return new Mapping(architecture, names, Usage.PLAIN.tokens(config));
    }

    private static Names names(Task task, boolean tied) {
        String body = task == Task.BODY ? "" : "distilbert.";
        String block = body + "transformer.layer.{i}.";
        String here = "encoder.{i}.";
        Names names = new Names()
                .prefix("distilbert")
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .map(body + "embeddings.position_embeddings.weight", "embedding.position.weight")
                .module(body + "embeddings.LayerNorm", "embedding.norm")
                .module(block + "attention.q_lin", here + "attention.query")
                .module(block + "attention.k_lin", here + "attention.key")
                .module(block + "attention.v_lin", here + "attention.value")
                .module(block + "attention.out_lin", here + "attention.output")
                .module(block + "sa_layer_norm", here + "attention.norm")
                .module(block + "ffn.lin1", here + "feed.inner")
                .module(block + "ffn.lin2", here + "feed.outer")
                .module(block + "output_layer_norm", here + "feed.norm")
                .module(task == Task.SEQUENCES || task == Task.CHOICE ? "pre_classifier" : "vocab_transform", "head.dense")
                .module("vocab_layer_norm", "head.norm")
                .map("vocab_projector.weight", "head.weight")
                .map("vocab_projector.bias", "head.bias")
                .module("classifier", "head.classifier")
                .module("qa_outputs", "head.span");
        return tied && task == Task.WORDS
                ? names.tied("vocab_projector.weight", body + "embeddings.word_embeddings.weight")
                : names;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.feed() instanceof DenseFeedForward
                        && parts.attention() instanceof SoftmaxAttention
                        && parts.embedding().segments().isEmpty())
                .map(DistilBert::keys);
    }

    private static Map<String, Object> keys(EncoderParts parts) {
        Map<String, Object> values = parts.heading("distilbert", "DistilBert");
        SoftmaxAttention attention = (SoftmaxAttention) parts.attention();
        DenseFeedForward feed = (DenseFeedForward) parts.feed();
        values.put("dim", parts.width());
        values.put("n_layers", parts.stack().unrolled().size());
        values.put("n_heads", attention.heads().count());
        values.put("hidden_dim", feed.hidden());
        values.put("activation", Activations.name(feed.activation()));
        values.put("dropout", parts.dropout());
        values.put("attention_dropout", attention.dropout());
        values.put("sinusoidal_pos_embds", parts.embedding().position() instanceof SinusoidalPosition);
        if (parts.embedding().position() instanceof LearnedPosition places) {
            values.put("max_position_embeddings", places.maximum());
        }
        if (parts.head() instanceof SequenceHead head) {
            values.put("seq_classif_dropout", head.dropout());
        }
        if (parts.head() instanceof SpanHead head) {
            values.put("qa_dropout", head.dropout());
        }
        return values;
    }
}
