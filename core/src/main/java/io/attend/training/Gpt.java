package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.data.Documents;
import io.attend.objective.Needs;
import io.attend.value.Default;
import io.attend.value.Source;

/// A decoder as GPT-2 has it, in a chosen size; see `Presets.gpt`. It learns as many positions as the
/// objective's windows are long.
///
/// @param documents whether those that share a window see each other, as the objective has it
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record Gpt(
        @Default("12") int layers,
        @Default("768") int width,
        @Default("12") int heads,
        @Default("0.1") double dropout,
        @Default("\"joined\"") Documents documents)
        implements Blueprint {
    public static final Gpt EXAMPLE = new Gpt(1, 10, 2, 0);

    /// Whose documents see each other.
    public Gpt(int layers, int width, int heads, double dropout) {
        this(layers, width, heads, dropout, Documents.JOINED);
    }

    @Override
    public Architecture architecture(Needs needs) {
        int vocabulary = needs.words("Gpt").vocabulary();
        Presets.Size size = Presets.Size.width(width).heads(heads);
        int length = needs.length().orElse(1024);
        return switch (documents) {
            case JOINED -> Presets.gpt(vocabulary, layers, size, length, dropout);
            case APART -> Presets.gptOfDocuments(vocabulary, layers, size, length, dropout);
        };
    }
}
