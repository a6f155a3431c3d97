package io.attend.huggingface;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Segment;
import io.attend.architecture.Sharing;
import io.attend.architecture.Stack;
import io.attend.head.FirstPooling;
import io.attend.head.Head;
import io.attend.head.PairHead;
import io.attend.head.PooledHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.norm.NoNorm;
import io.attend.position.RelativePosition;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ALBERT: BERT with words narrower than the stream, whose layers repeat the weights of few.
///
/// Layer i of L takes the weights of group ⌊i / (L / groups)⌋, and runs all inner layers of that group in
/// turn: what
/// Hugging Face calls a layer is as many blocks as a group has.
@Source(paper = "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations", arxiv = "1909.11942")
public record Albert() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("Albert");

    static {
        CLASSES.put("AlbertForPreTraining", Task.PRETRAINING);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("albert");
    }

    @Override
    public Mapping read(Config config) {
        // of the code ALBERT comes from, which Hugging Face's class never reads
        config.inert("gap_size", "net_structure_type", "num_memory_blocks", "down_scale_factor");
        TextEncoder encoder = TextEncoder.of(
                config,
                CLASSES,
                Map.of(
                        "vocab_size", 30_000,
                        "embedding_size", 128,
                        "hidden_size", 4096,
                        "num_attention_heads", 64,
                        "intermediate_size", 16_384,
                        "hidden_act", "gelu_new",
                        "hidden_dropout_prob", 0,
                        "attention_probs_dropout_prob", 0));
        RelativePosition distances = encoder.distances();
        int layers = config.count("num_hidden_layers", 12);
        int inner = config.count("inner_group_num", 1);
        int[] times = new int[config.count("num_hidden_groups", 1)];
        if (times.length > layers) {
            throw config.refuse("num_hidden_groups", "from 1 to num_hidden_layers = " + layers);
        }
        for (int layer = 0; layer < layers; layer++) {
            times[(int) (layer / ((double) layers / times.length))]++;
        }
        Block block = encoder.block(encoder.attention().position(distances));
        List<Segment> segments = new ArrayList<>();
        for (int time : times) {
            segments.add(new Segment(time, Collections.nCopies(inner, block), Sharing.SHARED));
        }
        double dropout = config.number("classifier_dropout_prob", 0.1);
        var words = encoder.words(encoder.activation());
        Head head = encoder.task() == Task.PRETRAINING
                ? new PairHead(words, new Tanh(), config.labels())
                : encoder.head(new PooledHead(new FirstPooling(), Optional.of(new Tanh())), words, new Tanh(), dropout);
        int size = encoder.whole("embedding_size");
        Mapping mapping = encoder.mapping(
                encoder.embedding().position(encoder.places(distances, 0)).inner(size),
                new Stack(segments, new NoNorm()),
                head,
                encoder.unusedPlaces(names(encoder, times, inner), "albert", distances));
        return new Mapping(
                mapping.architecture(), mapping.names(), mapping.usage().depth(inner));
    }

    private static Names names(TextEncoder encoder, int[] times, int inner) {
        String body = encoder.body("albert");
        Names names =
                encoder.names("albert").module(body + "encoder.embedding_hidden_mapping_in", "embedding.projection");
        int first = 0;
        for (int group = 0; group < times.length; group++) {
            for (int layer = 0; layer < inner; layer++) {
                String theirs = body + "encoder.albert_layer_groups." + group + ".albert_layers." + layer + ".";
                String ours = (encoder.decoder() ? "decoder." : "encoder.") + (first + layer) + ".";
                names.module(theirs + "attention.query", ours + "attention.query")
                        .module(theirs + "attention.key", ours + "attention.key")
                        .module(theirs + "attention.value", ours + "attention.value")
                        .module(theirs + "attention.distance_embedding", ours + "attention.position")
                        .module(theirs + "attention.dense", ours + "attention.output")
                        .module(theirs + "attention.LayerNorm", ours + "attention.norm")
                        .module(theirs + "ffn", ours + "feed.inner")
                        .module(theirs + "ffn_output", ours + "feed.outer")
                        .module(theirs + "full_layer_layer_norm", ours + "feed.norm");
            }
            first += times[group] * inner;
        }
        if (encoder.task() == Task.WORDS) {
            return words(encoder, names, "head.");
        }
        names.module(body + "pooler", "head.dense").module("classifier", "head.classifier");
        return encoder.task() == Task.PRETRAINING
                ? words(encoder, names, "head.words.").module("sop_classifier.classifier", "head.relation")
                : names;
    }

    private static Names words(TextEncoder encoder, Names names, String here) {
        String unasked = "a pooler or a head for pairs of texts, which this class does without";
        return encoder.words(names, "albert", "predictions.decoder", "predictions.bias")
                .module("predictions.dense", here + "dense")
                .module("predictions.LayerNorm", here + "norm")
                .ignored("albert.pooler.weight", unasked)
                .ignored("albert.pooler.bias", unasked)
                .ignored("sop_classifier.classifier.weight", unasked)
                .ignored("sop_classifier.classifier.bias", unasked);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.embedding().inner().isPresent())
                .map(parts -> {
                    List<Segment> segments = parts.stack().segments();
                    int inner = segments.getFirst().blocks().size();
                    Map<String, Object> values = parts.keys("albert", "Albert");
                    values.put("num_hidden_groups", segments.size());
                    values.put("inner_group_num", inner);
                    values.put("num_hidden_layers", parts.stack().unrolled().size() / inner);
                    values.put("classifier_dropout_prob", parts.last());
                    if (parts.head() instanceof PairHead head) {
                        Config.labels(values, head.relations());
                    }
                    return values;
                });
    }
}
