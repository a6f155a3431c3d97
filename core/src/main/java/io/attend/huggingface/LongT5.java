package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.SelfAttention;
import io.attend.attention.Attention;
import io.attend.attention.SoftmaxAttention;
import io.attend.attention.TransientGlobalAttention;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.huggingface.T5Parts.Task;
import io.attend.mask.SlidingWindow;
import io.attend.mask.SlidingWindow.Sides;
import io.attend.value.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// LongT5: T5 whose encoder sees a window around each word, and with `transient-global` attention a summary of
/// every block beside it.
@Source(paper = "LongT5: Efficient Text-To-Text Transformer for Long Sequences", arxiv = "2112.07916")
public record LongT5() implements Family {
    /// By `encoder_attention_type`, what the module of the encoder's attention is called.
    private static final Map<String, String> MODULES = new LinkedHashMap<>();

    static {
        MODULES.put("local", "LocalSelfAttention");
        MODULES.put("transient-global", "TransientGlobalSelfAttention");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("longt5");
    }

    @Override
    public Mapping read(Config config) {
        Task task = config.head(Task.classes("LongT5", Task.BODY, Task.WORDS, Task.ENCODER));
        T5Parts parts = T5Parts.read(config, 512, 8, 32_128);
        boolean tied = config.flag("tie_word_embeddings", true);
        int layers = config.count("num_layers", 6);
        int writing = config.count("num_decoder_layers", layers);
        FeedForward feed = T5.feed(config, false, parts.dropout());
        String module = config.choice("encoder_attention_type", "local", MODULES);
        int radius = config.whole("local_radius", 127);
        int block = config.whole("global_block_size", 16);
        boolean global = module.equals(MODULES.get("transient-global"));
        Attention self = global
                ? new TransientGlobalAttention(
                        parts.attention().heads(), radius, block, parts.bias(), parts.norm(), parts.dropout())
                : parts.attention().masked(new SlidingWindow(radius + 1, Sides.BOTH)).position(parts.bias());
        Names names = T5Parts.names(
                task,
                tied,
                module,
                "DenseReluDense",
                feed instanceof GatedFeedForward ? T5Parts.GATED : T5Parts.DENSE);
        if (global) {
            String theirs = task.body() + "encoder.block.";
            names.map(
                            theirs + "{i}.layer.0." + module + ".global_input_layer_norm.weight",
                            "encoder.{i}.attention.global.norm.weight")
                    .map(
                            theirs + "0.layer.0." + module + ".global_relative_attention_bias.weight",
                            "encoder.global.weight");
        }
        Usage usage = Usage.PLAIN.tokens(config, 0, config.wholeIfGiven("decoder_start_token_id"));
        return new Mapping(
                new Architecture(
                        parts.width(),
                        parts.topology(
                                task, self, Collections.nCopies(layers, feed), Collections.nCopies(writing, feed)),
                        parts.head(config, task, tied)),
                names,
                usage.extras(usage.extras().layout(new BlockedMaps(radius + 1))));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return T5Parts.keys(architecture).map(values -> {
            values.put("model_type", "longt5");
            values.put("architectures", List.of(T5Parts.task(architecture).className("LongT5")));
            T5.feed(values, architecture);
            var first = architecture.topology().stacks().get("encoder").unrolled().getFirst();
            switch (first.sublayers().getFirst()) {
                case SelfAttention(TransientGlobalAttention attention) -> {
                    values.put("encoder_attention_type", "transient-global");
                    values.put("local_radius", attention.radius());
                    values.put("global_block_size", attention.block());
                }
                case SelfAttention(SoftmaxAttention attention)
                when attention.mask() instanceof SlidingWindow window ->
                    values.put("local_radius", window.size() - 1);
                default -> {}
            }
            return values;
        });
    }
}
