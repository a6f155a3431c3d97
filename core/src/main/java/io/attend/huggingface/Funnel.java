package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.architecture.FunnelEncoder;
import io.attend.architecture.LengthPooling;
import io.attend.architecture.PostNorm;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sharing;
import io.attend.architecture.Stack;
import io.attend.attention.FunnelAttention;
import io.attend.attention.Heads;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.ChoiceHead;
import io.attend.head.DiscriminatorHead;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenHead;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.NullNode;

/// Funnel Transformer: an encoder that pools its text from stage to stage, and for classes of tokens a decoder
/// that makes it as long again.
@Source(
        paper = "Funnel-Transformer: Filtering out Sequential Redundancy for Efficient Language Processing",
        arxiv = "2006.03236")
public record Funnel() implements Family {
    private enum Task {
        BODY,
        BASE,
        REPLACED,
        WORDS,
        SEQUENCES,
        CHOICE,
        TOKENS,
        SPANS;

        /// Whether the text is made as long again.
        boolean whole() {
            return this != BASE && this != SEQUENCES && this != CHOICE;
        }

        boolean bare() {
            return this == BODY || this == BASE;
        }
    }

    private static final Map<String, Task> CLASSES = new LinkedHashMap<>();
    private static final Map<String, LengthPooling.Kind> KINDS = new LinkedHashMap<>();
    private static final Map<String, Boolean> WAYS = Map.of("relative_shift", true, "factorized", true);

    static {
        CLASSES.put("FunnelModel", Task.BODY);
        CLASSES.put("FunnelBaseModel", Task.BASE);
        CLASSES.put("FunnelForPreTraining", Task.REPLACED);
        CLASSES.put("FunnelForMaskedLM", Task.WORDS);
        CLASSES.put("FunnelForSequenceClassification", Task.SEQUENCES);
        CLASSES.put("FunnelForMultipleChoice", Task.CHOICE);
        CLASSES.put("FunnelForTokenClassification", Task.TOKENS);
        CLASSES.put("FunnelForQuestionAnswering", Task.SPANS);
        KINDS.put("mean", LengthPooling.Kind.MEAN);
        KINDS.put("max", LengthPooling.Kind.MAX);
    }

    /// The segment of `[CLS]`, which is of the same text as every token.
    private static final int CLS = 2;

    @Override
    public List<String> modelTypes() {
        return List.of("funnel");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("initializer_range", "initializer_std", "max_position_embeddings", "type_vocab_size");
        config.choice("attention_type", "relative_shift", WAYS); // two ways to compute the same
        Task task = config.head(CLASSES);
        int width = config.whole("d_model", 768);
        int vocabulary = config.whole("vocab_size", 30_522);
        double dropout = config.number("hidden_dropout", 0.1);
        Activation activation = config.choice("hidden_act", "gelu_new", Activations.KNOWN);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-9), Bias.ADDED);
        int heads = config.count("n_head", 12);
        int size = config.whole("d_head", 64);
        Block block = new Block(
                List.of(
                        new SelfAttention(new FunnelAttention(
                                Heads.of(heads).size(size),
                                OptionalInt.of(CLS),
                                config.number("attention_dropout", 0.1))),
                        new Feed(new DenseFeedForward(
                                config.whole("d_inner", 3072),
                                activation,
                                Bias.ADDED,
                                config.number("activation_dropout", 0)))),
                norm,
                new PostNorm(dropout));
        List<Integer> sizes = counts(config, "block_sizes", List.of(4, 4, 4));
        List<Integer> repeats = counts(config, "block_repeats", Collections.nCopies(sizes.size(), 1));
        if (repeats.size() != sizes.size()) {
            throw config.refuse("block_repeats", "as many numbers as block_sizes has, " + sizes.size());
        }
        List<Stack> stages = new ArrayList<>();
        for (int stage = 0; stage < sizes.size(); stage++) {
            Segment layer = new Segment(
                    repeats.get(stage), List.of(block), repeats.get(stage) == 1 ? Sharing.SEPARATE : Sharing.SHARED);
            stages.add(new Stack(Collections.nCopies(sizes.get(stage), layer), new NoNorm()));
        }
        int whole = config.whole("num_decoder_layers", 2);
        LengthPooling pooling = new LengthPooling(
                config.choice("pooling_type", "mean", KINDS),
                config.flag("separate_cls", true),
                config.flag("truncate_seq", true),
                config.flag("pool_q_only", true) ? LengthPooling.Keys.WHOLE : LengthPooling.Keys.POOLED,
                LengthPooling.Padding.SEEN);
        TokenEmbedding embedding = TokenEmbedding.of(
                        new DenseTable(vocabulary, config.padding("pad_token_id", vocabulary, vocabulary)))
                .segments(0)
                .norm(norm)
                .dropout(dropout);
        FunnelEncoder encoder = new FunnelEncoder(
                embedding,
                stages,
                pooling,
                task.whole() ? Optional.of(Stack.of(whole, block)) : Optional.empty(),
                // Hugging Face's class counts layers and forgets that they repeat
                repeats.getFirst() > 1 ? OptionalInt.of(sizes.getFirst()) : OptionalInt.empty());
        boolean tied = config.flag("tie_word_embeddings", true);
        Head head = switch (task) {
            case BODY, BASE -> new NoHead();
            case REPLACED -> new DiscriminatorHead(activation);
            case WORDS -> tied ? new TiedHead(Bias.ADDED) : new LinearHead(vocabulary, Bias.ADDED);
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels).dense(new Tanh()).dropout(dropout).problem(config.problem(labels));
            }
            case CHOICE -> new ChoiceHead(SequenceHead.of(1).dense(new Tanh()).dropout(dropout));
            case TOKENS -> new TokenHead(config.labels(), dropout);
            case SPANS -> new SpanHead(0);
        };
        return new Mapping(
                new Architecture(width, encoder, head),
                names(task, tied && task == Task.WORDS, new Sizes(heads, size), encoder),
                Usage.PLAIN.tokens(config));
    }

    private static List<Integer> counts(Config config, String key, List<Integer> otherwise) {
        List<Integer> counts = config.numbers(key)
                .map(all -> all.stream().map(Double::intValue).toList())
                .orElse(otherwise);
        if (counts.isEmpty() || counts.stream().anyMatch(count -> count < 1 || count > 1000)) {
            throw config.refuse(key, "a list of numbers from 1 to 1000");
        }
        return counts;
    }

    private record Sizes(int heads, int size) {}

    private static Names names(Task task, boolean tied, Sizes sizes, FunnelEncoder encoder) {
        String body = task.bare() ? "" : "funnel.";
        Names names = new Names()
                .prefix("funnel")
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .module(body + "embeddings.layer_norm", "embedding.norm")
                .module("lm_head", "head")
                .module(
                        task == Task.REPLACED ? "discriminator_predictions.dense" : "classifier.linear_hidden",
                        "head.dense")
                .module("discriminator_predictions.dense_prediction", "head.replaced")
                .module(task == Task.TOKENS ? "classifier" : "classifier.linear_out", "head.classifier")
                .module("qa_outputs", "head.span");
        int block = 0;
        for (int stage = 0; stage < encoder.stages().size(); stage++) {
            List<Segment> layers = encoder.stages().get(stage).segments();
            for (int layer = 0; layer < layers.size(); layer++) {
                layer(names, body + "encoder.blocks." + stage + "." + layer + ".", "encoder." + block + ".", sizes);
                block += layers.get(layer).times();
            }
        }
        int whole = encoder.whole().map(stack -> stack.unrolled().size()).orElse(0);
        for (int layer = 0; layer < whole; layer++) {
            layer(names, body + "decoder.layers." + layer + ".", "encoder." + (block + layer) + ".", sizes);
        }
        return tied ? names.tied("lm_head.weight", body + "embeddings.word_embeddings.weight") : names;
    }

    private static void layer(Names names, String theirs, String ours, Sizes sizes) {
        Layout kernel =
                Layout.TRANSPOSED.then(Layout.shaped(shape -> Shape.of(shape.size(0), sizes.heads, sizes.size)));
        String attention = ours + "attention.";
        names.module(theirs + "attention.q_head", attention + "query")
                .module(theirs + "attention.k_head", attention + "key")
                .module(theirs + "attention.v_head", attention + "value")
                .module(theirs + "attention.post_proj", attention + "output")
                .map(theirs + "attention.r_w_bias", attention + "position.content")
                .map(theirs + "attention.r_r_bias", attention + "position.distance")
                .map(theirs + "attention.r_kernel", kernel, attention + "position.projection.weight")
                .map(theirs + "attention.r_s_bias", attention + "segment.query")
                .map(theirs + "attention.seg_embed", attention + "segment.weight")
                .module(theirs + "attention.layer_norm", attention + "norm")
                .module(theirs + "ffn.linear_1", ours + "feed.inner")
                .module(theirs + "ffn.linear_2", ours + "feed.outer")
                .module(theirs + "ffn.layer_norm", ours + "feed.norm");
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology()
                        instanceof
                        FunnelEncoder(
                                TokenEmbedding embedding,
                                List<Stack> stages,
                                LengthPooling pooling,
                                Optional<Stack> whole,
                                OptionalInt _))
                || !(embedding.table() instanceof DenseTable table)) {
            return Optional.empty();
        }
        Block block = stages.getFirst().unrolled().getFirst();
        if (!(block.norm() instanceof LayerNorm norm)
                || !(block.residual() instanceof PostNorm(double dropout))
                || block.sublayers().size() != 2
                || !(block.sublayers().get(0) instanceof SelfAttention(FunnelAttention attention))
                || !(block.sublayers().get(1) instanceof Feed(DenseFeedForward feed))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "funnel");
        values.put("architectures", List.of(className(architecture.head(), whole.isPresent())));
        switch (architecture.head()) {
            case SequenceHead head -> Config.labels(values, head.labels(), head.problem());
            case TokenHead head -> Config.labels(values, head.labels());
            case LinearHead _ -> values.put("tie_word_embeddings", false);
            default -> {}
        }
        values.put("vocab_size", table.vocabulary());
        values.put("pad_token_id", table.padding().isPresent() ? table.padding().getAsInt() : NullNode.getInstance());
        values.put("d_model", architecture.width());
        values.put(
                "block_sizes",
                stages.stream().map(stack -> stack.segments().size()).toList());
        values.put(
                "block_repeats",
                stages.stream()
                        .map(stack -> stack.segments().getFirst().times())
                        .toList());
        values.put(
                "num_decoder_layers",
                whole.map(stack -> stack.unrolled().size()).orElse(2));
        values.put("n_head", attention.heads().count());
        values.put(
                "d_head",
                attention
                        .heads()
                        .size()
                        .orElse(architecture.width() / attention.heads().count()));
        values.put("d_inner", feed.hidden());
        values.put("hidden_act", Activations.name(feed.activation()));
        values.put("hidden_dropout", dropout);
        values.put("attention_dropout", attention.dropout());
        values.put("activation_dropout", feed.dropout());
        values.put("layer_norm_eps", norm.epsilon());
        values.put("pooling_type", pooling.kind() == LengthPooling.Kind.MEAN ? "mean" : "max");
        values.put("separate_cls", pooling.apart());
        values.put("truncate_seq", pooling.cut());
        values.put("pool_q_only", pooling.keys() == LengthPooling.Keys.WHOLE);
        return Optional.of(values);
    }

    private static String className(Head head, boolean whole) {
        return switch (head) {
            case DiscriminatorHead _ -> "FunnelForPreTraining";
            case SequenceHead _ -> "FunnelForSequenceClassification";
            case ChoiceHead _ -> "FunnelForMultipleChoice";
            case TokenHead _ -> "FunnelForTokenClassification";
            case SpanHead _ -> "FunnelForQuestionAnswering";
            case NoHead _ -> whole ? "FunnelModel" : "FunnelBaseModel";
            default -> "FunnelForMaskedLM";
        };
    }
}
