package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Side;
import io.attend.huggingface.BartParts.Task;
import io.attend.layer.Bias;
import io.attend.norm.NoNorm;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blenderbot: BART with norms before the branches and behind each stack, none behind the embeddings, and a
/// decoder many times as deep as the encoder.
@Source(paper = "Recipes for building an open-domain chatbot", arxiv = "2004.13637")
public record Blenderbot() implements Family {
    private static final Kind KIND = new Kind(
            "blenderbot",
            Task.classes("Blenderbot", Task.BODY, Task.WORDS, Task.NEXT_WORD),
            new Defaults(2560, 8008, 128, 0, 1, new Side(2, 32, 10_240), new Side(24, 32, 10_240), "gelu", false),
            Norms.BEFORE,
            new NoNorm(),
            (maximum, _) -> new LearnedPosition(maximum),
            Bias.ADDED);

    @Override
    public List<String> modelTypes() {
        return List.of("blenderbot");
    }

    @Override
    public Mapping read(Config config) {
        return BartParts.mapping(config, KIND);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND);
    }
}
