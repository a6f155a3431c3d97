package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Side;
import io.attend.huggingface.BartParts.Task;
import io.attend.layer.Bias;
import io.attend.norm.NoNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.position.SinusoidalPosition.Order;
import io.attend.position.SinusoidalPosition.Spacing;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// M2M-100 and NLLB-200: BART with norms before the branches and behind each stack, and sinusoidal positions
/// that padding has none of.
@Source(paper = "Beyond English-Centric Multilingual Machine Translation", arxiv = "2010.11125")
public record M2M100() implements Family {
    private static final Kind KIND = new Kind(
            "m2m_100",
            Task.classes("M2M100", Task.BODY, Task.WORDS),
            new Defaults(1024, 128_112, 1024, 1, 2, new Side(12, 16, 4096), new Side(12, 16, 4096), "relu", true),
            Norms.BEFORE,
            new NoNorm(),
            // words are numbered behind the padding token, which itself stands nowhere
            (_, pad) ->
                    new SinusoidalPosition(Order.HALVES).spacing(Spacing.CLOSED).offset(pad + 1),
            Bias.NONE);

    @Override
    public List<String> modelTypes() {
        return List.of("m2m_100");
    }

    @Override
    public Mapping read(Config config) {
        Mapping mapping = BartParts.mapping(config, KIND);
        for (String name : List.of("encoder", "decoder", "model.encoder", "model.decoder")) {
            mapping.names().ignored(name + ".embed_positions.weights", "sines, which early versions saved");
        }
        return mapping.usage(mapping.usage().positions(Usage.Positions.NOT_PADDING));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND);
    }
}
