package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.score.DotProduct;
import io.attend.score.FixedScaleDotProduct;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// GPT-2: pre-norm decoder, learned positions, matrices stored as [inputs, outputs], output tied to the table.
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record Gpt2() implements Family {
    private enum Task {
        BODY,
        WORDS,
        SEQUENCES
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();

    static {
        HEADS.put("GPT2Model", Task.BODY);
        HEADS.put("GPT2LMHeadModel", Task.WORDS);
        HEADS.put("GPT2ForSequenceClassification", Task.SEQUENCES);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels")
                .inert("summary_first_dropout", "n_ctx", "reorder_and_upcast_attn"); // the same maths, in float32
        Task task = config.head(HEADS);
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("n_embd", 768);
        int vocabulary = config.whole("vocab_size", 50_257);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        double dropout = config.number("resid_pdrop", 0.1);
        int heads = config.count("n_head", 12);
        SoftmaxAttention attention =
                SoftmaxAttention.of(Heads.of(heads)).masked(new Causal()).dropout(config.number("attn_pdrop", 0.1));
        Feed feed = new Feed(new DenseFeedForward(
                config.wholeIfGiven("n_inner").orElse(4 * width),
                config.choice("activation_function", "gelu_new", Activations.KNOWN),
                Bias.ADDED,
                0));
        boolean divided = config.flag("scale_attn_weights", true);
        boolean fading = config.flag("scale_attn_by_inverse_layer_idx", false);
        int layers = config.count("n_layer", 12);
        List<Segment> segments = new ArrayList<>();
        for (int layer = 0; layer < (fading ? layers : 1); layer++) {
            double scale = (divided ? 1 / Math.sqrt((double) width / heads) : 1) / (layer + 1);
            Score score = fading && layer > 0
                    ? new FixedScaleDotProduct(scale)
                    : divided ? new ScaledDotProduct() : new DotProduct();
            segments.add(new Segment(
                    fading ? 1 : layers,
                    new Block(List.of(new SelfAttention(attention.score(score)), feed), norm, new PreNorm(dropout))));
        }
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(config.whole("n_positions", 1024)))
                .dropout(config.number("embd_pdrop", 0.1));
        Head head = switch (task) {
            case BODY -> new NoHead();
            case SEQUENCES -> {
                int labels = config.labels();
                yield new SequenceHead(
                        labels, new LastPooling(), Optional.empty(), 0, Bias.NONE, config.problem(labels));
            }
            case WORDS -> tied ? new TiedHead(Bias.NONE) : new LinearHead(vocabulary, Bias.NONE);
        };
        Architecture architecture = new Architecture(width, new Decoder(embedding, new Stack(segments, norm)), head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.SHRUNK));
        Usage usage = Usage.PLAIN.tokens(config);
        return new Mapping(
                architecture, names(task, tied), task == Task.WORDS ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    private static Names names(Task task, boolean tied) {
        String body = task == Task.BODY ? "" : "transformer.";
        String block = body + "h.{i}.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "wte.weight", "embedding.token.weight")
                .map(body + "wpe.weight", "embedding.position.weight")
                .module(block + "ln_1", "decoder.{i}.attention.norm")
                .module(
                        block + "attn.c_attn",
                        Layout.ROWS.transposed(),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(block + "attn.c_proj", Layout.TRANSPOSED, "decoder.{i}.attention.output")
                .module(block + "ln_2", "decoder.{i}.feed.norm")
                .module(block + "mlp.c_fc", Layout.TRANSPOSED, "decoder.{i}.feed.inner")
                .module(block + "mlp.c_proj", Layout.TRANSPOSED, "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm")
                .map("lm_head.weight", "head.weight")
                .map("score.weight", "head.classifier.weight")
                .ignored(block + "attn.bias", "the causal mask, which early versions saved")
                .ignored(block + "attn.masked_bias", "what early versions wrote over hidden scores")
                .ignored("h.{i}.attn.bias", "the same in a file without the prefix")
                .ignored("h.{i}.attn.masked_bias", "the same in a file without the prefix");
        return tied && task == Task.WORDS ? names.tied("lm_head.weight", body + "wte.weight") : names;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology() instanceof Decoder(TokenEmbedding embedding, Stack stack))
                || !(embedding.table() instanceof DenseTable table)
                || !(embedding.position() instanceof LearnedPosition position)
                || !(stack.finalNorm() instanceof LayerNorm norm)
                || !(stack.unrolled().getFirst().residual() instanceof PreNorm(double dropout))) {
            return Optional.empty();
        }
        List<Sublayer> branches = stack.unrolled().getFirst().sublayers();
        if (branches.size() != 2
                || !(branches.get(0) instanceof SelfAttention(SoftmaxAttention attention))
                || !(branches.get(1) instanceof Feed(DenseFeedForward feed))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "gpt2");
        values.put(
                "architectures",
                List.of(
                        switch (architecture.head()) {
                            case NoHead _ -> "GPT2Model";
                            case SequenceHead _ -> "GPT2ForSequenceClassification";
                            default -> "GPT2LMHeadModel";
                        }));
        if (architecture.head() instanceof SequenceHead head) {
            Config.labels(values, head.labels(), head.problem());
        }
        values.put("n_embd", architecture.width());
        values.put("n_head", attention.heads().count());
        values.put("n_inner", feed.hidden());
        values.put("n_layer", stack.unrolled().size());
        values.put("n_positions", position.maximum());
        values.put("vocab_size", table.vocabulary());
        values.put("activation_function", Activations.name(feed.activation()));
        values.put("layer_norm_epsilon", norm.epsilon());
        values.put("attn_pdrop", attention.dropout());
        values.put("resid_pdrop", dropout);
        values.put("embd_pdrop", embedding.dropout());
        values.put("scale_attn_weights", !(attention.score() instanceof DotProduct));
        values.put("scale_attn_by_inverse_layer_idx", stack.segments().size() > 1);
        values.put("tie_word_embeddings", !(architecture.head() instanceof LinearHead));
        return Optional.of(values);
    }
}
