package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.objective.Needs;
import io.attend.value.Default;
import io.attend.value.Source;

/// The encoder-decoder of 2017 in a chosen size; see `Presets.transformer`.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record Transformer2017(
        @Default("6") int layers,
        @Default("512") int width,
        @Default("8") int heads,
        @Default("2048") int hidden,
        @Default("0.1") double dropout)
        implements Blueprint {
    public static final Transformer2017 EXAMPLE = new Transformer2017(1, 10, 2, 13, 0);

    @Override
    public Architecture architecture(Needs needs) {
        return Presets.transformer(
                needs.words("Transformer2017").vocabulary(),
                layers,
                Presets.Size.width(width).heads(heads).hidden(hidden),
                dropout);
    }
}
