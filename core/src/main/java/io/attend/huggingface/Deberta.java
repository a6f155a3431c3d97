package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.BypassNorm;
import io.attend.architecture.Convolve;
import io.attend.architecture.Segment;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.attention.Attention;
import io.attend.attention.DisentangledAttention.Projections;
import io.attend.attention.DisentangledAttention.Terms;
import io.attend.attention.DisentangledAttention;
import io.attend.attention.ProjectionBias;
import io.attend.attention.RelativeTable;
import io.attend.attention.SoftmaxAttention;
import io.attend.convolution.ActivatedConvolution;
import io.attend.convolution.Reach;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.PaddingVectors;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.norm.NoNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.score.FixedScaleDotProduct;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// DeBERTa and DeBERTa v2 and v3: attention that keeps content and distance apart.
///
/// The first has a distance a row, projections of its own for them, and one fused product without a bias for
/// keys; the second may have buckets, a norm of the table, the content's projections and a convolution beside
/// its first block.
///
/// Where Hugging Face's class trains it also drops from what enters the pooler (`pooler_dropout`), and it
/// drops from the convolution before its activation; here dropout stands behind both.
@Source(paper = "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", arxiv = "2006.03654")
public record Deberta() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("deberta", "deberta-v2");
    }

    @Override
    public Mapping read(Config config) {
        boolean second = config.modelType().equals("deberta-v2");
        TextEncoder encoder = TextEncoder.of(
                config,
                classes(second),
                second
                        ? Map.of(
                                "vocab_size", 128_100,
                                "hidden_size", 1536,
                                "num_hidden_layers", 24,
                                "num_attention_heads", 24,
                                "intermediate_size", 6144,
                                "type_vocab_size", 0,
                                "layer_norm_eps", 1e-7)
                        : Map.of("vocab_size", 50_265, "type_vocab_size", 0, "layer_norm_eps", 1e-7));
        config.inert("pooler_dropout", "padding_idx")
                .only("pooler_hidden_size", encoder.width(), "the class multiplies vectors of hidden_size with it")
                .only("talking_head", false, "heads that mix their scores are not read")
                .only(
                        "attention_head_size",
                        encoder.width() / encoder.count("num_attention_heads"),
                        "the class multiplies hidden_size numbers with what the heads give");
        Attention attention = attention(encoder, second);
        Names names = names(encoder, second, attention);
        Head head = encoder.head(
                new NoHead(),
                encoder.words(encoder.activation()),
                config.choice("pooler_hidden_act", "gelu", Activations.KNOWN),
                encoder.dropout());
        double forgotten = config.number("cls_dropout", encoder.dropout());
        return encoder.mapping(
                embedding(encoder, names),
                stack(encoder, encoder.block(attention), names),
                head instanceof SequenceHead sequences ? sequences.dropout(forgotten) : head,
                names);
    }

    private static Map<String, Task> classes(boolean second) {
        Map<String, Task> classes = TextEncoder.classes(second ? "DebertaV2" : "Deberta");
        if (!second) {
            classes.remove("DebertaForMultipleChoice");
        }
        return classes;
    }

    private static TokenEmbedding embedding(TextEncoder encoder, Names names) {
        Config config = encoder.config();
        boolean placed = config.flag("position_biased_input", true);
        TokenEmbedding embedding = encoder.embedding()
                .padding(PaddingVectors.ZEROED)
                .position(placed ? new LearnedPosition(encoder.whole("max_position_embeddings")) : new NoPosition());
        if (encoder.inner().isEmpty()) {
            return embedding;
        }
        if (placed || encoder.whole("type_vocab_size") > 0) {
            throw config.refuse(
                    "embedding_size",
                    encoder.width() + ", or another where position_biased_input is false and type_vocab_size 0");
        }
        names.map(encoder.body("deberta") + "embeddings.embed_proj.weight", "embedding.token.widening.weight");
        return new TokenEmbedding(
                new FactorisedTable(
                        encoder.vocabulary(),
                        encoder.inner().get(),
                        encoder.table().padding()),
                embedding.scale(),
                embedding.factor(),
                embedding.position(),
                embedding.segments(),
                embedding.norm(),
                embedding.dropout(),
                embedding.inner(),
                embedding.padding());
    }

    private static Attention attention(TextEncoder encoder, boolean second) {
        Config config = encoder.config();
        ProjectionBias bias = second ? ProjectionBias.ADDED : ProjectionBias.ALL_BUT_KEY;
        SoftmaxAttention plain = encoder.attention().bias(bias);
        List<String> types = types(config);
        boolean relative = config.flag("relative_attention", false);
        RelativeTable table = table(encoder, second); // its keys are read in any case
        boolean shared = second && config.flag("share_att_key", false);
        if (types.isEmpty()) {
            return plain;
        }
        if (!relative) { // the class divides by the number of terms that it does not add
            int size = encoder.width() / plain.heads().count();
            return plain.score(new FixedScaleDotProduct(1 / Math.sqrt(size * (1.0 + types.size()))));
        }
        return new DisentangledAttention(
                plain.heads(),
                table,
                types.size() == 2
                        ? Terms.BOTH
                        : types.contains("c2p") ? Terms.CONTENT_TO_POSITION : Terms.POSITION_TO_CONTENT,
                shared ? Projections.SHARED : Projections.OWN,
                bias,
                plain.dropout());
    }

    /// What is scored beside content: a list, or in older files one string with bars.
    private static List<String> types(Config config) {
        Optional<tools.jackson.databind.JsonNode> given = config.tree("pos_att_type");
        List<String> types = given.filter(node -> node.isString())
                .map(node -> Arrays.stream(node.stringValue()
                                .toLowerCase(java.util.Locale.ROOT)
                                .split("\\|"))
                        .map(String::strip)
                        .filter(type -> !type.isEmpty())
                        .toList())
                .orElseGet(() -> config.texts("pos_att_type"));
        if (!List.of("c2p", "p2c").containsAll(types)
                || types.size() != types.stream().distinct().count()) {
            throw config.refuse("pos_att_type", "c2p, p2c, each once");
        }
        return types;
    }

    private static RelativeTable table(TextEncoder encoder, boolean second) {
        Config config = encoder.config();
        int places = encoder.whole("max_position_embeddings");
        int most = config.whole("max_relative_positions", -1);
        RelativeTable table = RelativeTable.upTo(most < 1 ? places : most).dropout(encoder.dropout());
        if (!second) {
            return table;
        }
        int buckets = config.whole("position_buckets", -1);
        RelativeTable bucketed = buckets > 0 ? table.buckets(buckets) : table;
        return normed(config) ? bucketed.norm(encoder.norm()) : bucketed;
    }

    private static boolean normed(Config config) {
        Map<String, Boolean> known = new LinkedHashMap<>();
        known.put("none", false);
        known.put("layer_norm", true);
        return config.choice("norm_rel_ebd", "none", known);
    }

    private static Stack stack(TextEncoder encoder, Block block, Names names) {
        Config config = encoder.config();
        int kernel = config.whole("conv_kernel_size", 0);
        int groups = config.whole("conv_groups", 1);
        var activation = config.choice("conv_act", "tanh", Activations.KNOWN);
        if (kernel < 1) {
            return encoder.stack(block);
        }
        List<Sublayer> sublayers = new ArrayList<>(block.sublayers());
        sublayers.add(new Convolve(new ActivatedConvolution(kernel, groups, activation, Reach.CENTERED)));
        Block first = new Block(sublayers, block.norm(), new BypassNorm(encoder.dropout()));
        String theirs = encoder.body("deberta") + "encoder.conv.";
        String ours = encoder.block().replace("{i}", "0") + "convolution";
        names.module(theirs + "conv", ours).module(theirs + "LayerNorm", ours + ".norm");
        int rest = encoder.count("num_hidden_layers") - 1;
        return new Stack(
                rest == 0 ? List.of(new Segment(1, first)) : List.of(new Segment(1, first), new Segment(rest, block)),
                new NoNorm());
    }

    private static Names names(TextEncoder encoder, boolean second, Attention attention) {
        Config config = encoder.config();
        String body = encoder.body("deberta");
        String theirs = body + "encoder.layer.{i}.attention.self.";
        String ours = encoder.block() + "attention.";
        String stack = encoder.decoder() ? "decoder" : "encoder";
        Names names = encoder.names("deberta")
                .map(body + "encoder.rel_embeddings.weight", stack + ".relative.weight")
                .module(body + "encoder.LayerNorm", stack + ".relative.norm");
        if (second) {
            names.module(theirs + "query_proj", ours + "query")
                    .module(theirs + "key_proj", ours + "key")
                    .module(theirs + "value_proj", ours + "value")
                    .module(theirs + "pos_key_proj", ours + "position.key")
                    .module(theirs + "pos_query_proj", ours + "position.query");
        } else {
            names.map(
                            theirs + "in_proj.weight",
                            Layout.rows(encoder.count("num_attention_heads")),
                            ours + "query.weight",
                            ours + "key.weight",
                            ours + "value.weight")
                    .map(theirs + "q_bias", ours + "query.bias")
                    .map(theirs + "v_bias", ours + "value.bias")
                    .module(theirs + "pos_proj", ours + "position.key")
                    .module(theirs + "pos_q_proj", ours + "position.query");
        }
        encoder.feeds(names, "deberta");
        if (!(attention instanceof DisentangledAttention)) {
            unused(encoder, second, names);
        }
        boolean legacy = config.flag("legacy", true);
        return switch (encoder.task()) {
            case WORDS ->
                (legacy
                                ? encoder.words(names, "deberta", "cls.predictions.decoder", "cls.predictions.bias")
                                        .module("cls.predictions.transform.dense", "head.dense")
                                        .module("cls.predictions.transform.LayerNorm", "head.norm")
                                : names.map("lm_predictions.lm_head.bias", "head.bias")
                                        .module("lm_predictions.lm_head.dense", "head.dense")
                                        .module("lm_predictions.lm_head.LayerNorm", "head.norm"))
                        .ignored("mask_predictions.classifier.weight", "a head of the training that is not read")
                        .ignored("mask_predictions.classifier.bias", "a head of the training that is not read");
            default -> names.module("pooler.dense", "head.dense").module("classifier", "head.classifier");
        };
    }

    /// The table of distances and its norm, which the class saves even if no score looks at them.
    private static void unused(TextEncoder encoder, boolean second, Names names) {
        Config config = encoder.config();
        String body = encoder.body("deberta") + "encoder.";
        RelativeTable table = table(encoder, second);
        int width = encoder.width();
        String reason = "of distances, which no score looks at";
        if (config.flag("relative_attention", false)) {
            names.kept(
                    body + "rel_embeddings.weight",
                    Shape.of(2L * table.buckets().orElse(table.most()), width),
                    Names.Fresh.ZEROS,
                    "the table " + reason);
        }
        if (second && normed(config)) {
            names.kept(body + "LayerNorm.weight", Shape.of(width), Names.Fresh.ZEROS, "the norm " + reason)
                    .kept(body + "LayerNorm.bias", Shape.of(width), Names.Fresh.ZEROS, "the norm " + reason);
        }
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.embedding().padding() == PaddingVectors.ZEROED)
                .map(parts -> {
                    Map<String, Object> values =
                            switch (parts.attention()) {
                                case DisentangledAttention attention -> keys(parts, attention);
                                case SoftmaxAttention attention -> keys(parts, attention);
                                default -> parts.keys("deberta", "Deberta");
                            };
                    values.put("position_biased_input", parts.embedding().position() instanceof LearnedPosition);
                    if (parts.head() instanceof SequenceHead head) {
                        values.put("cls_dropout", head.dropout());
                        head.dense().ifPresent(dense -> values.put("pooler_hidden_act", Activations.name(dense)));
                    }
                    List<Sublayer> first = parts.stack().unrolled().getFirst().sublayers();
                    if (first.size() == 3 && first.get(2) instanceof Convolve(ActivatedConvolution convolution)) {
                        values.put("conv_kernel_size", convolution.kernel());
                        values.put("conv_groups", convolution.groups());
                        values.put("conv_act", Activations.name(convolution.activation()));
                    }
                    return values;
                });
    }

    private static Map<String, Object> keys(EncoderParts parts, ProjectionBias bias) {
        boolean second = bias == ProjectionBias.ADDED;
        return parts.keys(second ? "deberta-v2" : "deberta", second ? "DebertaV2" : "Deberta");
    }

    /// Scores of content alone, which may be divided as if distances were scored too.
    private static Map<String, Object> keys(EncoderParts parts, SoftmaxAttention attention) {
        Map<String, Object> values = keys(parts, attention.bias());
        List<String> types = List.of("c2p", "p2c");
        double size = (double) parts.width() / attention.heads().count();
        values.put(
                "pos_att_type",
                attention.score() instanceof FixedScaleDotProduct(double scale)
                        ? types.subList(0, Math.clamp(Math.round(1 / (scale * scale * size)) - 1, 0, 2))
                        : List.of());
        return values;
    }

    private static Map<String, Object> keys(EncoderParts parts, DisentangledAttention attention) {
        RelativeTable table = attention.distances();
        Map<String, Object> values = keys(parts, attention.bias());
        values.put("num_attention_heads", attention.heads().count());
        values.put("attention_probs_dropout_prob", attention.dropout());
        values.put("relative_attention", true);
        values.put("max_relative_positions", table.most());
        values.put(
                "pos_att_type",
                switch (attention.terms()) {
                    case BOTH -> List.of("c2p", "p2c");
                    case CONTENT_TO_POSITION -> List.of("c2p");
                    case POSITION_TO_CONTENT -> List.of("p2c");
                });
        if (attention.bias() == ProjectionBias.ADDED) {
            values.put("position_buckets", table.buckets().orElse(-1));
            values.put("norm_rel_ebd", table.norm() instanceof NoNorm ? "none" : "layer_norm");
            values.put("share_att_key", attention.projections() == Projections.SHARED);
        }
        return values;
    }
}
