package io.attend.huggingface;

import io.attend.activation.Relu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Residual;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.TransformerXlAttention;
import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.Scale;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.TiedAdaptiveHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.position.TransformerXlPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Transformer-XL: a decoder that takes memory along from segment to segment, over words in bands.
///
/// A text begins behind a memory of zeros, which its queries see, as they do in Hugging Face's class. Dropout of
/// the sinusoids and behind the last layer, which only training would see, is left out.
@Source(paper = "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context", arxiv = "1901.02860")
public record TransfoXl() implements Family {
    private enum Task {
        BODY,
        WORDS,
        SEQUENCES
    }

    private static final Map<String, Task> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put("TransfoXLModel", Task.BODY);
        CLASSES.put("TransfoXLLMHeadModel", Task.WORDS);
        CLASSES.put("TransfoXLForSequenceClassification", Task.SEQUENCES);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("transfo-xl");
    }

    /// How words are cut into bands and how wide they are.
    private record Words(int vocabulary, int width, int inner, int divisor, List<Integer> cutoffs) {
        static Words of(Config config, int width) {
            List<Integer> cutoffs = config.numbers("cutoffs").orElse(List.of(20_000.0, 40_000.0, 200_000.0)).stream()
                    .map(Double::intValue)
                    .toList();
            return new Words(
                    config.whole("vocab_size", 267_735),
                    width,
                    config.whole("d_embed", 1024),
                    config.whole("div_val", 4),
                    cutoffs);
        }

        Table table() {
            if (divisor != 1) {
                return new AdaptiveTable(
                        vocabulary, cutoffs, divisor, inner == width ? OptionalInt.empty() : OptionalInt.of(inner));
            }
            return inner == width
                    ? new DenseTable(vocabulary)
                    : FactorisedTable.of(vocabulary).size(inner);
        }

        /// Whether bands are narrowed by products at all.
        boolean narrows() {
            return divisor != 1 || inner != width;
        }

        int bands() {
            return cutoffs.size() + 1;
        }
    }

    @Override
    public Mapping read(Config config) {
        config.inert("init", "init_range", "proj_init_std", "adaptive", "sample_softmax", "trainer_compatible");
        config.only("attn_type", 0, "Hugging Face's class has no other attention");
        config.only("tie_word_embeddings", true, "words are scored by their own table");
        Task task = config.head(CLASSES);
        int width = config.whole("d_model", 1024);
        Words words = Words.of(config, width);
        int memory = config.whole("mem_len", 1600);
        if (memory < 1) {
            throw config.refuse("mem_len", "at least 1; without memory it is another model");
        }
        boolean stack = !config.flag("untie_r", true);
        int furthest = config.whole("clamp_len", 1000);
        TransformerXlAttention attention = TransformerXlAttention.of(
                        Heads.of(config.count("n_head", 16)).size(config.whole("d_head", 64)), memory)
                .start(TransformerXlAttention.Start.ZEROS)
                .position(new TransformerXlPosition(
                        SinusoidalPosition.Order.HALVES,
                        furthest > 0 ? OptionalInt.of(furthest) : OptionalInt.empty(),
                        stack ? TransformerXlPosition.Biases.STACK : TransformerXlPosition.Biases.LAYER,
                        OptionalInt.of(width)))
                .dropout(config.number("dropatt", 0));
        double dropout = config.number("dropout", 0.1);
        Residual residual = config.flag("pre_lnorm", false) ? new PreNorm(dropout) : new PostNorm(dropout);
        Block block = new Block(
                List.of(
                        new SelfAttention(config.flag("same_length", true) ? attention.window(memory) : attention),
                        new Feed(new DenseFeedForward(config.whole("d_inner", 4096), new Relu(), Bias.ADDED, dropout))),
                new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED),
                residual);
        TokenEmbedding embedding = TokenEmbedding.of(words.table())
                .scale(Scale.SQUARE_ROOT_OF_WIDTH)
                .dropout(dropout);
        Head head = switch (task) {
            case BODY -> new NoHead();
            case WORDS -> scores(config, words);
            case SEQUENCES -> {
                int labels = config.labels();
                yield new SequenceHead(
                        labels, new LastPooling(), Optional.empty(), 0, Bias.NONE, config.problem(labels));
            }
        };
        if (task != Task.WORDS) {
            config.inert("tie_projs", "proj_share_all_but_first");
        }
        Architecture architecture = new Architecture(
                        width, new Decoder(embedding, Stack.of(config.count("n_layer", 18), block)), head)
                .initialized(
                        new NormalInitialization(config.number("init_std", 0.02), NormalInitialization.Branches.ALIKE));
        Usage usage = Usage.PLAIN.tokens(config);
        if (task == Task.WORDS) {
            usage = usage.labels(Usage.Labels.NEXT).extras(Usage.Extras.NONE.bands(words.cutoffs));
        }
        return new Mapping(architecture, names(task, words, tied(config, words)), usage);
    }

    /// Which bands score words with the table's own products.
    private static List<Boolean> tied(Config config, Words words) {
        List<Boolean> known =
                new ArrayList<>(Collections.nCopies(words.bands(), config.flag("proj_share_all_but_first", true)));
        known.set(0, false);
        config.tree("tie_projs").ifPresent(given -> {
            if (!given.isArray() || given.size() != words.bands()) {
                throw config.refuse("tie_projs", "a list of " + words.bands() + ", one for each band of cutoffs");
            }
            for (int i = 0; i < known.size(); i++) {
                known.set(i, given.get(i).booleanValue());
            }
        });
        return known;
    }

    private static TiedAdaptiveHead scores(Config config, Words words) {
        List<Boolean> tied = tied(config, words);
        if (words.narrows() && tied.stream().skip(1).distinct().count() > 1) {
            throw config.refuse("tie_projs", "the same for all bands but the first");
        }
        boolean narrows = words.narrows();
        return new TiedAdaptiveHead(
                narrows && !tied.getFirst() ? Tying.OWN : Tying.TIED,
                narrows && !tied.getLast() ? Tying.OWN : Tying.TIED,
                words.divisor == 1 ? words.cutoffs : List.of());
    }

    private static Names names(Task task, Words words, List<Boolean> tied) {
        String body = task == Task.BODY ? "" : "transformer.";
        String theirs = body + "layers.{i}.";
        String attention = "decoder.{i}.attention.";
        Names names = new Names()
                .prefix("transformer")
                .map(
                        theirs + "dec_attn.qkv_net.weight",
                        Layout.ROWS,
                        attention + "query.weight",
                        attention + "key.weight",
                        attention + "value.weight")
                .module(theirs + "dec_attn.o_net", attention + "output")
                .module(theirs + "dec_attn.r_net", attention + "position.projection")
                .module(theirs + "dec_attn.layer_norm", attention + "norm")
                .map(theirs + "dec_attn.r_w_bias", attention + "position.content")
                .map(theirs + "dec_attn.r_r_bias", attention + "position.distance")
                .module(theirs + "pos_ff.CoreNet.0", "decoder.{i}.feed.inner")
                .module(theirs + "pos_ff.CoreNet.3", "decoder.{i}.feed.outer")
                .module(theirs + "pos_ff.layer_norm", "decoder.{i}.feed.norm")
                .module("score", "head.classifier")
                .module("crit.out_layers.{i}", "head.{i}")
                .map("crit.out_layers.0.bias", "head.bias")
                .map("crit.cluster_weight", "head.gate.weight")
                .map("crit.cluster_bias", "head.gate.bias")
                .map("crit.out_projs.{i}", Layout.TRANSPOSED, "head.{i}.narrow.weight")
                .map(body + "r_w_bias", "decoder.position.content")
                .map(body + "r_r_bias", "decoder.position.distance")
                .map(body + "word_emb.emb_layers.0.weight", "embedding.token.weight")
                .map(body + "word_emb.emb_projs.0", "embedding.token.widening.weight")
                .map(body + "word_emb.emb_layers.{i}.weight", "embedding.token.{i}.weight")
                .map(body + "word_emb.emb_projs.{i}", "embedding.token.{i}.widening.weight")
                .formula(
                        body + "pos_emb.inv_freq",
                        Shape.of((words.width + 1) / 2),
                        shape -> frequencies(shape, words.width),
                        "the frequencies of the sinusoids");
        if (task == Task.WORDS) {
            for (int i = 0; i < words.bands(); i++) {
                if (words.divisor != 1 || i == 0) {
                    names.tied("crit.out_layers." + i + ".weight", body + "word_emb.emb_layers." + i + ".weight");
                }
                if (words.narrows() && tied.get(i)) {
                    names.tied("crit.out_projs." + i, body + "word_emb.emb_projs." + (words.divisor == 1 ? 0 : i));
                }
            }
        }
        return names;
    }

    private static float[] frequencies(Shape shape, int width) {
        float[] all = new float[Math.toIntExact(shape.count())];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) (1 / Math.pow(10_000, 2.0 * i / width));
        }
        return all;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (!(architecture.topology() instanceof Decoder(TokenEmbedding embedding, Stack stack))) {
            return Optional.empty();
        }
        Block block = stack.unrolled().getFirst();
        if (!(block.norm() instanceof LayerNorm norm)
                || block.sublayers().size() != 2
                || !(block.sublayers().get(0) instanceof SelfAttention(TransformerXlAttention attention))
                || !(block.sublayers().get(1) instanceof Feed(DenseFeedForward feed))
                || attention.bias() != ProjectionBias.NONE) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "transfo-xl");
        values.put("architectures", List.of(className(architecture.head())));
        if (architecture.head() instanceof SequenceHead head) {
            Config.labels(values, head.labels(), head.problem());
        }
        List<Integer> cutoffs = architecture.head() instanceof TiedAdaptiveHead head ? head.cutoffs() : List.of();
        switch (embedding.table()) {
            case AdaptiveTable table -> {
                cutoffs = table.cutoffs();
                words(values, table.vocabulary(), table.size().orElse(architecture.width()), table.divisor());
            }
            case FactorisedTable table -> words(values, table.vocabulary(), table.size(), 1);
            case DenseTable table -> words(values, table.vocabulary(), architecture.width(), 1);
            default -> {
                return Optional.empty();
            }
        }
        values.put("cutoffs", cutoffs);
        if (architecture.head() instanceof TiedAdaptiveHead head) {
            List<Boolean> tied = new ArrayList<>(Collections.nCopies(cutoffs.size() + 1, head.rest() == Tying.TIED));
            tied.set(0, head.first() == Tying.TIED);
            values.put("tie_projs", tied);
        }
        values.put("d_model", architecture.width());
        values.put("n_head", attention.heads().count());
        values.put(
                "d_head",
                attention
                        .heads()
                        .size()
                        .orElse(architecture.width() / attention.heads().count()));
        values.put("d_inner", feed.hidden());
        values.put("n_layer", stack.unrolled().size());
        values.put("mem_len", attention.memory());
        values.put("same_length", attention.window().isPresent());
        values.put("clamp_len", attention.position().furthest().orElse(-1));
        values.put("untie_r", attention.position().biases() == TransformerXlPosition.Biases.LAYER);
        values.put("pre_lnorm", block.residual() instanceof PreNorm);
        values.put("dropout", embedding.dropout());
        values.put("dropatt", attention.dropout());
        values.put("layer_norm_epsilon", norm.epsilon());
        return Optional.of(values);
    }

    private static void words(Map<String, Object> values, int vocabulary, int size, int divisor) {
        values.put("vocab_size", vocabulary);
        values.put("d_embed", size);
        values.put("div_val", divisor);
    }

    private static String className(Head head) {
        return switch (head) {
            case NoHead _ -> "TransfoXLModel";
            case SequenceHead _ -> "TransfoXLForSequenceClassification";
            default -> "TransfoXLLMHeadModel";
        };
    }
}
