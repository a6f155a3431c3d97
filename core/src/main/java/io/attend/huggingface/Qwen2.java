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

/// Qwen 2: LLaMA with biases in query, key and value.
@Source(paper = "Qwen2 Technical Report", arxiv = "2407.10671")
public record Qwen2() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("qwen2");
    }

    @Override
    public Mapping read(Config config) {
        Llama.Shape shape = Llama.Shape.read(
                config, Llama.Defaults.of(22_016, 151_936, 32_768).keyValue(32));
        // 4.46 gives all layers the window in its plain attention, whatever max_window_layers says
        config.inert("max_window_layers", "sliding_window");
        Mask mask = config.flag("use_sliding_window", false) ? Mistral.window(config, 4096) : new Causal();
        return Llama.mapping(
                config,
                "Qwen2",
                shape,
                shape.attention(config, mask).bias(ProjectionBias.INPUTS),
                shape.gated(config, Bias.NONE));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture)
                .filter(parts -> parts.rotary().isPresent())
                .map(parts -> {
                    Map<String, Object> values = Mistral.keys(parts, "qwen2", "Qwen2");
                    values.put("use_sliding_window", parts.attention().mask() instanceof SlidingWindow);
                    return values;
                });
    }
}
