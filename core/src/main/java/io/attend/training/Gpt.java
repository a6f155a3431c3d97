package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.objective.Needs;
import io.attend.value.Default;
import io.attend.value.Source;

/// A decoder as GPT-2 has it, in a chosen size; see `Presets.gpt`. It learns as many positions as the
/// objective's windows are long.
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record Gpt(
        @Default("12") int layers,
        @Default("768") int width,
        @Default("12") int heads,
        @Default("0.1") double dropout) implements Blueprint {
    public static final Gpt EXAMPLE = new Gpt(1, 10, 2, 0);

    @Override
    public Architecture architecture(Needs needs) {
        return Presets.gpt(
                needs.words("Gpt").vocabulary(),
                layers,
                Presets.Size.width(width).heads(heads),
                needs.length().orElse(1024),
                dropout);
    }
}
