package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.Reversible;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Streams;
import io.attend.architecture.Topology;
import io.attend.attention.Attention;
import io.attend.attention.ChunkEdges;
import io.attend.attention.Heads;
import io.attend.attention.LocalAttention;
import io.attend.attention.LshAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.position.AbsolutePosition;
import io.attend.position.AxialLearnedPosition;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.node.NullNode;

/// Reformer: reversible blocks whose attention is hashed or local.
///
/// Hugging Face draws its rotations anew in every pass, from `hash_seed` where there is one, by a generator of
/// its own; here they are the same in every pass. `ReformerForSequenceClassification` is not read: the product
/// in front of its classes halves the width. Nor is `ReformerForQuestionAnswering`, whose numbers were not reached.
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record Reformer() implements Family {
    private enum Task {
        BODY,
        NEXT_WORD,
        WORDS
    }

    private static final Map<String, Task> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put("ReformerModel", Task.BODY);
        CLASSES.put("ReformerModelWithLMHead", Task.NEXT_WORD);
        CLASSES.put("ReformerForMaskedLM", Task.WORDS);
    }

    private static final List<String> LAYERS = List.of("local", "lsh", "local", "lsh", "local", "lsh");

    @Override
    public List<String> modelTypes() {
        return List.of("reformer");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("hash_seed", "axial_norm_std", "chunk_size_lm_head", "classifier_dropout", "num_hidden_layers");
        config.only("tie_word_embeddings", false, "words are half as wide as what scores them");
        Task task = config.head(CLASSES);
        boolean decoder = config.flag("is_decoder", false);
        if (decoder != (task == Task.NEXT_WORD) && (task == Task.NEXT_WORD || task == Task.WORDS)) {
            throw config.refuse(
                    "is_decoder",
                    task == Task.NEXT_WORD ? "true in a ReformerModelWithLMHead" : "false in a ReformerForMaskedLM");
        }
        int width = config.whole("hidden_size", 256);
        int vocabulary = config.whole("vocab_size", 320);
        double dropout = config.number("hidden_dropout_prob", 0.05);
        LayerNorm norm = new LayerNorm(config.number("layer_norm_eps", 1e-12), Bias.ADDED);
        List<String> layers = config.texts("attn_layers").isEmpty() ? LAYERS : config.texts("attn_layers");
        Map<String, Attention> attentions = attentions(config, layers, decoder);
        Feed feed = new Feed(new DenseFeedForward(
                config.whole("feed_forward_size", 512),
                config.choice("hidden_act", "relu", Activations.KNOWN),
                Bias.ADDED,
                dropout));
        List<Block> blocks = new ArrayList<>();
        for (String layer : layers) {
            Attention attention = attentions.get(layer);
            if (attention == null) {
                throw config.refuse("attn_layers", "a list of lsh and local");
            }
            blocks.add(new Block(
                    List.of(new SelfAttention(attention), feed), norm, new Reversible(Streams.CONCATENATED, dropout)));
        }
        Stack stack =
                new Stack(blocks.stream().map(block -> new Segment(1, block)).toList(), norm);
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(position(config))
                .dropout(dropout);
        Topology topology = decoder ? new Decoder(embedding, stack) : new Encoder(embedding, stack);
        Head head = switch (task) {
            case BODY -> new NoHead();
            case NEXT_WORD, WORDS -> new LinearHead(vocabulary, Bias.ADDED);
        };
        Architecture architecture = new Architecture(width, topology, head)
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        Usage.Extras extras = Usage.Extras.NONE;
        int hashed = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            if (layers.get(layer).equals("lsh")) {
                extras = extras.drawn("rotations." + layer, "randn." + hashed++);
            }
        }
        Usage usage = Usage.PLAIN.tokens(config).extras(extras);
        return new Mapping(
                architecture,
                names(task, decoder ? "decoder" : "encoder", embedding.position(), layers),
                task == Task.NEXT_WORD ? usage.labels(Usage.Labels.NEXT) : usage);
    }

    private static Map<String, Attention> attentions(Config config, List<String> layers, boolean causal) {
        Heads heads = Heads.of(config.count("num_attention_heads", 12)).size(config.whole("attention_head_size", 64));
        int lsh = config.whole("lsh_attn_chunk_length", 64);
        int local = config.whole("local_attn_chunk_length", 64);
        if (lsh < 1 || local < 1) {
            throw config.refuse(lsh < 1 ? "lsh_attn_chunk_length" : "local_attn_chunk_length", "at least 1");
        }
        boolean both = layers.contains("lsh") && layers.contains("local");
        long common = (long) lsh
                * local
                / BigInteger.valueOf(lsh).gcd(BigInteger.valueOf(local)).intValue();
        if (common > 1 << 20) {
            throw config.refuse(
                    "lsh_attn_chunk_length", "with local_attn_chunk_length a common multiple below 1048577");
        }
        OptionalInt multiple = both ? OptionalInt.of((int) common) : OptionalInt.empty();
        int longest = config.whole("max_position_embeddings", 4096);
        Map<String, Attention> attentions = new LinkedHashMap<>();
        attentions.put(
                "local",
                new LocalAttention(
                        heads,
                        local,
                        config.whole("local_num_chunks_before", 1),
                        config.whole("local_num_chunks_after", 0),
                        causal,
                        multiple,
                        ChunkEdges.WRAPPED,
                        config.number("local_attention_probs_dropout_prob", 0.05)));
        attentions.put(
                "lsh",
                new LshAttention(
                        heads,
                        lsh,
                        config.whole("lsh_num_chunks_before", 1),
                        config.whole("lsh_num_chunks_after", 0),
                        config.whole("num_hashes", 1),
                        buckets(config),
                        buckets(config).isEmpty()
                                ? 2 * Math.max((int) Math.sqrt(Math.floorDiv(longest, lsh)), lsh)
                                : LshAttention.MOST,
                        causal,
                        multiple,
                        ChunkEdges.WRAPPED,
                        0,
                        config.number("lsh_attention_probs_dropout_prob", 0)));
        return attentions;
    }

    private static List<Integer> buckets(Config config) {
        return config.tree("num_buckets")
                .map(given -> given.isArray()
                        ? config.numbers("num_buckets").orElseThrow().stream()
                                .map(Double::intValue)
                                .toList()
                        : List.of(config.whole("num_buckets")))
                .orElse(List.of());
    }

    private static AbsolutePosition position(Config config) {
        int longest = config.whole("max_position_embeddings", 4096);
        List<Integer> grid = whole(config, "axial_pos_shape", List.of(64, 64));
        List<Integer> parts = whole(config, "axial_pos_embds_dim", List.of(64, 192));
        return config.flag("axial_pos_embds", true)
                ? new AxialLearnedPosition(grid, AxialLearnedPosition.Join.CONCATENATED, parts)
                : new LearnedPosition(longest);
    }

    private static List<Integer> whole(Config config, String key, List<Integer> otherwise) {
        return config.numbers(key)
                .map(all -> all.stream().map(Double::intValue).toList())
                .orElse(otherwise);
    }

    private static Names names(Task task, String stack, AbsolutePosition position, List<String> layers) {
        String body = task == Task.BODY ? "" : "reformer.";
        String theirs = body + "encoder.layers.{i}.";
        String ours = stack + ".{i}.";
        Names names = new Names()
                .prefix("reformer")
                .map(body + "embeddings.word_embeddings.weight", "embedding.token.weight")
                .map(body + "embeddings.position_embeddings.embedding.weight", "embedding.position.weight")
                .module(theirs + "attention.layer_norm", ours + "attention.norm")
                .module(theirs + "attention.self_attention.key", ours + "attention.key")
                .module(theirs + "attention.self_attention.value", ours + "attention.value")
                .module(theirs + "attention.output.dense", ours + "attention.output")
                .module(theirs + "feed_forward.layer_norm", ours + "feed.norm")
                .module(theirs + "feed_forward.dense.dense", ours + "feed.inner")
                .module(theirs + "feed_forward.output.dense", ours + "feed.outer")
                .module(body + "encoder.layer_norm", stack + ".norm")
                .map("lm_head.decoder.weight", "head.weight")
                .map("lm_head.bias", "head.bias")
                .module("qa_outputs", "head.span");
        for (int layer = 0; layer < layers.size(); layer++) { // one projection is queries and keys
            names.module(
                    body + "encoder.layers." + layer + ".attention.self_attention."
                            + (layers.get(layer).equals("lsh") ? "query_key" : "query"),
                    stack + "." + layer + ".attention.query");
        }
        if (position instanceof AxialLearnedPosition axial) {
            int axes = axial.grid().size();
            for (int axis = 0; axis < axes; axis++) {
                int at = axis;
                Layout spread = Layout.shaped(shape -> {
                    long[] sizes = IntStream.range(0, axes)
                            .mapToLong(i -> i == at ? shape.size(0) : 1)
                            .toArray();
                    long[] all = java.util.Arrays.copyOf(sizes, axes + 1);
                    all[axes] = shape.size(1);
                    return Shape.of(all);
                });
                names.map(
                        body + "embeddings.position_embeddings.weights." + axis,
                        spread,
                        "embedding.position." + axis + ".weight");
            }
        }
        return task == Task.NEXT_WORD || task == Task.WORDS
                ? names.tied("lm_head.decoder.bias", "lm_head.bias")
                : names;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        if (architecture.topology().embeddings().size() != 1
                || !(architecture.topology().embeddings().getFirst() instanceof TokenEmbedding embedding)
                || !(embedding.table() instanceof DenseTable table)) {
            return Optional.empty();
        }
        List<Block> blocks =
                architecture.topology().stacks().values().iterator().next().unrolled();
        Block first = blocks.getFirst();
        if (!(first.norm() instanceof LayerNorm norm)
                || !(first.residual() instanceof Reversible(Streams _, double dropout))
                || first.sublayers().size() != 2
                || !(first.sublayers().get(1) instanceof Feed(DenseFeedForward feed))) {
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", "reformer");
        boolean decoder = architecture.topology() instanceof Decoder;
        values.put("architectures", List.of(className(architecture.head(), decoder)));
        values.put("is_decoder", decoder);
        List<String> layers = new ArrayList<>();
        for (Block block : blocks) {
            if (!(block.sublayers().getFirst() instanceof SelfAttention(Attention attention))) {
                return Optional.empty();
            }
            switch (attention) {
                case LocalAttention local -> {
                    layers.add("local");
                    heads(values, local.heads(), architecture.width());
                    values.put("local_attn_chunk_length", local.chunk());
                    values.put("local_num_chunks_before", local.before());
                    values.put("local_num_chunks_after", local.after());
                    values.put("local_attention_probs_dropout_prob", local.dropout());
                }
                case LshAttention lsh -> {
                    layers.add("lsh");
                    heads(values, lsh.heads(), architecture.width());
                    values.put("lsh_attn_chunk_length", lsh.chunk());
                    values.put("lsh_num_chunks_before", lsh.before());
                    values.put("lsh_num_chunks_after", lsh.after());
                    values.put("num_hashes", lsh.hashes());
                    values.put("num_buckets", lsh.buckets().isEmpty() ? NullNode.getInstance() : lsh.buckets());
                    values.put("lsh_attention_probs_dropout_prob", lsh.dropout());
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        values.put("attn_layers", layers);
        values.put("vocab_size", table.vocabulary());
        values.put("hidden_size", architecture.width());
        values.put("feed_forward_size", feed.hidden());
        values.put("hidden_act", Activations.name(feed.activation()));
        values.put("hidden_dropout_prob", dropout);
        values.put("layer_norm_eps", norm.epsilon());
        switch (embedding.position()) {
            case AxialLearnedPosition axial -> {
                values.put("axial_pos_shape", axial.grid());
                values.put("max_position_embeddings", axial.grid().stream().reduce(1, Math::multiplyExact));
                values.put("axial_pos_embds_dim", axial.parts());
            }
            case LearnedPosition places -> {
                values.put("axial_pos_embds", false);
                values.put("max_position_embeddings", places.maximum());
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    private static void heads(Map<String, Object> values, Heads heads, int width) {
        values.put("num_attention_heads", heads.count());
        values.put("attention_head_size", heads.size().orElse(width / heads.count()));
    }

    private static String className(Head head, boolean decoder) {
        return switch (head) {
            case NoHead _ -> "ReformerModel";
            default -> decoder ? "ReformerModelWithLMHead" : "ReformerForMaskedLM";
        };
    }
}
