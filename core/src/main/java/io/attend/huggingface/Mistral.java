package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.attention.ProjectionBias;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.SlidingWindow;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.NullNode;

/// Mistral: LLaMA whose queries see no further back than a window.
@Source(paper = "Mistral 7B", arxiv = "2310.06825")
public record Mistral() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("mistral");
    }

    @Override
    public Mapping read(Config config) {
        Llama.Shape shape = Llama.Shape.read(
                config, Llama.Defaults.of(14_336, 32_000, 4096 * 32).keyValue(8));
        return Llama.mapping(
                config,
                "Mistral",
                shape,
                shape.attention(config, window(config, 4096)).bias(ProjectionBias.NONE),
                shape.gated(config, Bias.NONE));
    }

    /// `sliding_window`: a query sees that many keys, itself among them; null is no window.
    ///
    /// @param otherwise Hugging Face's default; 0 is none
    static Mask window(Config config, int otherwise) {
        int size = config.names("sliding_window") && !config.has("sliding_window")
                ? 0
                : config.whole("sliding_window", otherwise);
        config.inert("sliding_window");
        return size == 0 ? new Causal() : new SlidingWindow(size);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .filter(parts -> parts.rotary().isPresent())
                .map(parts -> keys(parts, "mistral", "Mistral"));
    }

    /// The keys of a model with a window or without.
    static Map<String, Object> keys(DecoderParts parts, String type, String name) {
        Map<String, Object> values = Llama.keys(parts, type, name);
        values.put("rms_norm_eps", parts.epsilon());
        values.put(
                "sliding_window",
                parts.attention().mask() instanceof SlidingWindow window ? window.size() : NullNode.getInstance());
        return values;
    }
}
