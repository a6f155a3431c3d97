package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.huggingface.BartParts.Defaults;
import io.attend.huggingface.BartParts.Kind;
import io.attend.huggingface.BartParts.Norms;
import io.attend.huggingface.BartParts.Task;
import io.attend.layer.Bias;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// mBART: BART with norms before the branches and behind each stack; a text ends with its language, and the
/// decoder begins with it.
@Source(paper = "Multilingual Denoising Pre-training for Neural Machine Translation", arxiv = "2001.08210")
public record MBart() implements Family {
    /// The first rows of the table of positions stand for padding in the code BART comes from.
    private static final int OFFSET = 2;

    private static final Kind KIND = new Kind(
            "mbart",
            Task.classes("MBart", Task.values()),
            Defaults.BART.tokens(1, 0), // where nothing is said, a text begins with the token for that
            Norms.BEFORE,
            BartParts.NORM,
            (maximum, _) -> new LearnedPosition(maximum + OFFSET, OFFSET),
            Bias.ADDED);

    @Override
    public List<String> modelTypes() {
        return List.of("mbart");
    }

    @Override
    public Mapping read(Config config) {
        Mapping mapping = BartParts.mapping(config, KIND);
        return mapping.usage(mapping.usage().target(Usage.Target.ROTATED));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return BartParts.keys(architecture, KIND);
    }
}
