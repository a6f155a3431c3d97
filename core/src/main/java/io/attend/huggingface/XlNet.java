package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.TwoStreamAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.TwoStreamEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.ChoiceHead;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenHead;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.norm.LayerNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.position.TransformerXlPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// XLNet: post-norm encoder over Transformer-XL's positions and relative texts, with a second stream for what
/// is asked.
///
/// What it remembers of earlier texts (`mems`) is given back, but not taken.
@Source(paper = "XLNet: Generalized Autoregressive Pretraining for Language Understanding", arxiv = "1906.08237")
public record XlNet() implements Family {
    private enum Task {
        BODY,
        WORDS,
        SEQUENCES,
        CHOICE,
        TOKENS,
        SPANS
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();
    private static final Map<String, Mask> MASKS = new LinkedHashMap<>();
    private static final SequenceSummary SUMMARY = new SequenceSummary("last", true, Optional.of("tanh"), 0.1);

    static {
        HEADS.put("XLNetModel", Task.BODY);
        HEADS.put("XLNetLMHeadModel", Task.WORDS);
        HEADS.put("XLNetForSequenceClassification", Task.SEQUENCES);
        HEADS.put("XLNetForMultipleChoice", Task.CHOICE);
        HEADS.put("XLNetForTokenClassification", Task.TOKENS);
        HEADS.put("XLNetForQuestionAnsweringSimple", Task.SPANS);
        MASKS.put("bi", new Bidirectional());
        MASKS.put("uni", new Causal());
    }

    @Override
    public List<String> modelTypes() {
        return List.of("xlnet");
    }

    @Override
    public Mapping read(Config config) {
        // the biases are each layer's own in Hugging Face's class whatever untie_r says; mems only concern longer texts
        config.inert("untie_r", "use_mems_train", "start_n_top", "end_n_top", "max_position_embeddings");
        Task task = config.head(HEADS);
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("d_model", 1024);
        int vocabulary = config.whole("vocab_size", 32_000);
        int heads = config.whole("n_head", 16);
        if (heads < 1 || width % heads != 0) {
            throw config.refuse("n_head", "a divisor of d_model " + width);
        }
        int size = width / heads;
        config.only("d_head", size, "it must be d_model / n_head");
        double dropout = config.number("dropout", 0.1);
        int furthest = config.whole("clamp_len", -1);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-12), Bias.ADDED);
        TransformerXlPosition position = new TransformerXlPosition(
                SinusoidalPosition.Order.HALVES,
                furthest > 0 ? OptionalInt.of(furthest) : OptionalInt.empty(),
                TransformerXlPosition.Biases.LAYER,
                OptionalInt.of(width));
        Stack stack = Stack.of(
                config.whole("n_layer", 24),
                new Block(
                        List.of(
                                new SelfAttention(
                                        new TwoStreamAttention(Heads.of(heads), mask(config), position, dropout)),
                                new Feed(new DenseFeedForward(
                                        config.whole("d_inner", 4096),
                                        config.choice("ff_activation", "gelu", Activations.KNOWN),
                                        Bias.ADDED,
                                        dropout))),
                        norm,
                        new PostNorm(dropout)));
        TwoStreamEmbedding embedding = new TwoStreamEmbedding(
                TokenEmbedding.of(new DenseTable(vocabulary)).segments(0).dropout(dropout));
        Head head = switch (task) {
            case BODY -> new NoHead();
            case WORDS -> tied ? new TiedHead(Bias.ADDED) : new LinearHead(vocabulary, Bias.ADDED);
            case SEQUENCES -> {
                int labels = config.labels();
                yield SUMMARY.read(config, SequenceHead.of(labels).problem(config.problem(labels)));
            }
            case CHOICE -> new ChoiceHead(SUMMARY.read(config, SequenceHead.of(1)));
            case TOKENS -> new TokenHead(config.labels(), 0);
            case SPANS -> {
                if (config.labels() != 2) {
                    throw config.refuse("id2label", "2 labels, where an answer begins and where it ends");
                }
                yield new SpanHead(0);
            }
        };
        SequenceSummary.unread(config);
        Architecture architecture = new Architecture(width, new Encoder(embedding, stack), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        return new Mapping(architecture, names(task, tied, size, heads), usage(config));
    }

    private static Mask mask(Config config) {
        Mask mask = config.choice("attn_type", "bi", MASKS);
        boolean same = config.flag("same_length", false);
        // as many keys for every query as the first has: its memory, which is none here, and itself
        return same && mask.causal() ? new SlidingWindow(1) : mask;
    }

    private static Usage usage(Config config) {
        OptionalInt length =
                config.has("mem_len") || config.names("mem_len") ? config.wholeIfGiven("mem_len") : OptionalInt.of(512);
        OptionalInt reused = config.wholeIfGiven("reuse_len");
        Usage usage = Usage.PLAIN
                .tokens(config)
                .extras(Usage.Extras.NONE.remembering(
                        config.flag("use_mems_eval", true) ? Optional.of(positive(length)) : Optional.empty(),
                        positive(reused)));
        return config.flag("bi_data", false) ? usage.positions(Usage.Positions.HALF_BACKWARDS) : usage;
    }

    private static OptionalInt positive(OptionalInt number) {
        return number.orElse(0) > 0 ? number : OptionalInt.empty();
    }

    private static Names names(Task task, boolean tied, int size, int heads) {
        String body = task == Task.BODY ? "" : "transformer.";
        String block = body + "layer.{i}.";
        String here = "encoder.{i}.";
        Layout out = Layout.shaped(shape -> Shape.of(shape.size(0), heads, size));
        Layout in = Layout.TRANSPOSED.then(out);
        Names names = new Names()
                .prefix("transformer")
                .map(body + "word_embedding.weight", "embedding.token.weight")
                .map(body + "mask_emb", Layout.shaped(shape -> Shape.of(1, 1, shape.size(0))), "embedding.query.weight")
                .map(block + "rel_attn.q", in, here + "attention.query.weight")
                .map(block + "rel_attn.k", in, here + "attention.key.weight")
                .map(block + "rel_attn.v", in, here + "attention.value.weight")
                .map(block + "rel_attn.r", in, here + "attention.position.projection.weight")
                .map(block + "rel_attn.o", out, here + "attention.output.weight")
                .map(block + "rel_attn.r_w_bias", here + "attention.position.content")
                .map(block + "rel_attn.r_r_bias", here + "attention.position.distance")
                .map(block + "rel_attn.r_s_bias", here + "attention.segment.query")
                .map(block + "rel_attn.seg_embed", here + "attention.segment.weight")
                .module(block + "rel_attn.layer_norm", here + "attention.norm")
                .module(block + "ff.layer_1", here + "feed.inner")
                .module(block + "ff.layer_2", here + "feed.outer")
                .module(block + "ff.layer_norm", here + "feed.norm")
                .module("lm_loss", "head")
                .module("sequence_summary.summary", "head.dense")
                .module(task == Task.TOKENS ? "classifier" : "logits_proj", "head.classifier")
                .module("qa_outputs", "head.span");
        return tied && task == Task.WORDS ? names.tied("lm_loss.weight", body + "word_embedding.weight") : names;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology() instanceof Encoder(TwoStreamEmbedding(TokenEmbedding embedding), Stack stack))
                || !(embedding.table() instanceof DenseTable table)) {
            return Optional.empty();
        }
        Block block = stack.unrolled().getFirst();
        if (!(block.norm() instanceof LayerNorm norm)
                || !(block.residual() instanceof PostNorm(double dropout))
                || block.sublayers().size() != 2
                || !(block.sublayers().get(0) instanceof SelfAttention(TwoStreamAttention attention))
                || !(attention.position() instanceof TransformerXlPosition position)
                || !(block.sublayers().get(1) instanceof Feed(DenseFeedForward feed))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "xlnet");
        values.put("architectures", List.of(className(architecture.head())));
        labels(values, architecture.head());
        values.put("d_model", architecture.width());
        values.put("n_head", attention.heads().count());
        values.put("n_layer", stack.unrolled().size());
        values.put("d_inner", feed.hidden());
        values.put("vocab_size", table.vocabulary());
        values.put("ff_activation", Activations.name(feed.activation()));
        values.put("layer_norm_eps", norm.epsilon());
        values.put("dropout", dropout);
        values.put("attn_type", attention.mask().causal() ? "uni" : "bi");
        values.put("same_length", attention.mask() instanceof SlidingWindow);
        values.put("clamp_len", position.furthest().orElse(-1));
        values.put("tie_word_embeddings", !(architecture.head() instanceof LinearHead));
        return Optional.of(values);
    }

    private static void labels(Map<String, Object> values, Head of) {
        if (of instanceof TokenHead head) {
            Config.labels(values, head.labels(), Problem.SINGLE_LABEL);
        }
        if (of instanceof ChoiceHead choice) {
            SequenceSummary.write(values, choice.scores());
        }
        if (of instanceof SequenceHead head) {
            Config.labels(values, head.labels(), head.problem());
            SequenceSummary.write(values, head);
        }
    }

    private static String className(Head head) {
        return switch (head) {
            case NoHead _ -> "XLNetModel";
            case SequenceHead _ -> "XLNetForSequenceClassification";
            case ChoiceHead _ -> "XLNetForMultipleChoice";
            case TokenHead _ -> "XLNetForTokenClassification";
            case SpanHead _ -> "XLNetForQuestionAnsweringSimple";
            default -> "XLNetLMHeadModel";
        };
    }
}
