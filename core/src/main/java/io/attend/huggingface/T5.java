package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.huggingface.T5Parts.Task;
import io.attend.layer.Bias;
import io.attend.value.Source;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// T5, its version 1.1 and mT5: RMSNorm before every branch, no biases, scores that are not divided and get a
/// number by the distance of the words instead of positions.
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record T5() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("t5", "mt5");
    }

    @Override
    public Mapping read(Config config) {
        boolean many = config.modelType().equals("mt5");
        Map<String, Task> classes = Task.classes(many ? "MT5" : "T5", Task.values());
        classes.put("T5WithLMHeadModel", Task.WORDS); // what early versions called it
        Task task = config.head(classes);
        T5Parts parts = T5Parts.read(config, 512, many ? 6 : 8, many ? 250_112 : 32_128);
        boolean tied = config.flag("tie_word_embeddings", !many);
        int layers = config.count("num_layers", many ? 8 : 6);
        int writing = config.count("num_decoder_layers", layers);
        FeedForward feed = feed(config, many, parts.dropout());
        Architecture architecture = new Architecture(
                parts.width(),
                parts.topology(task, Collections.nCopies(layers, feed), Collections.nCopies(writing, feed)),
                parts.head(config, task, tied));
        Map<String, String> products = feed instanceof GatedFeedForward ? T5Parts.GATED : T5Parts.DENSE;
        return new Mapping(
                architecture,
                T5Parts.names(task, tied, "DenseReluDense", products),
                Usage.PLAIN.tokens(config, 0, config.wholeIfGiven("decoder_start_token_id")));
    }

    /// `feed_forward_proj` says it all, but what it says is also written beside it, and read from there first.
    static FeedForward feed(Config config, boolean many, double dropout) {
        int hidden = config.whole("d_ff", many ? 1024 : 2048);
        String form = config.text("feed_forward_proj").orElse(many ? "gated-gelu" : "relu");
        boolean gated = config.flag("is_gated_act", form.startsWith("gated-"));
        // here gelu is the approximation, whatever it is elsewhere
        String named = form.equals("gated-gelu") ? "gelu_new" : form.substring(form.indexOf('-') + 1);
        if (form.contains("-") && !form.matches("gated-[^-]+") || !Activations.KNOWN.containsKey(named)) {
            throw config.refuse("feed_forward_proj", "an activation, such as relu, or one behind gated-");
        }
        Activation activation = config.choice("dense_act_fn", named, Activations.KNOWN);
        return gated
                ? new GatedFeedForward(hidden, activation, Bias.NONE, dropout)
                : new DenseFeedForward(hidden, activation, Bias.NONE, dropout);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return T5Parts.keys(architecture).map(values -> {
            values.put("model_type", "t5");
            values.put("architectures", List.of(T5Parts.task(architecture).className("T5")));
            feed(values, architecture);
            return values;
        });
    }

    /// The keys that the other reads.
    static void feed(Map<String, Object> values, Architecture architecture) {
        List<Block> blocks =
                architecture.topology().stacks().values().iterator().next().unrolled();
        switch (blocks.getFirst().sublayers().getLast()) {
            case Feed(GatedFeedForward feed) -> feed(values, feed.hidden(), feed.activation(), "gated-");
            case Feed(DenseFeedForward feed) -> feed(values, feed.hidden(), feed.activation(), "");
            default -> {}
        }
    }

    private static void feed(Map<String, Object> values, int hidden, Activation activation, String gate) {
        String name = Activations.name(activation);
        values.put("d_ff", hidden);
        values.put("feed_forward_proj", gate + name);
        values.put("dense_act_fn", name);
        values.put("is_gated_act", !gate.isEmpty());
    }
}
