package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.objective.Needs;
import io.attend.value.Source;

/// An architecture written out in full, whose vocabulary must be large enough for the tokenizer.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record GivenArchitecture(Architecture architecture) implements Blueprint {
    public static final GivenArchitecture EXAMPLE = new GivenArchitecture(
            Presets.transformer(97, 1, Presets.Size.width(10).heads(2).hidden(13), 0));

    @Override
    public Architecture architecture(Needs needs) {
        return architecture;
    }
}
