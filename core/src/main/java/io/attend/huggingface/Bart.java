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

/// BART: post-norm encoder and decoder over one table of words, learned positions that begin at row 2.
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record Bart() implements Family {
    /// The first rows of the table of positions stand for padding in the code BART comes from.
    private static final int OFFSET = 2;

    private static final Kind KIND = new Kind(
            "bart",
            Task.classes("Bart", Task.values()),
            Defaults.BART,
            Norms.BEHIND,
            BartParts.NORM,
            (maximum, _) -> new LearnedPosition(maximum + OFFSET, OFFSET),
            Bias.ADDED);

    @Override
    public List<String> modelTypes() {
        return List.of("bart");
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
