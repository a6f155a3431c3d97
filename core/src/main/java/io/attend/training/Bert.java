package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.objective.Needs;
import io.attend.value.Default;
import io.attend.value.Source;

/// An encoder as BERT has it, in a chosen size; see `Presets.bert`. It has the head the
/// objective asks for, and BERT's head for hidden words if it asks for none.
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Bert(
        @Default("12") int layers,
        @Default("768") int width,
        @Default("12") int heads,
        @Default("0.1") double dropout) implements Blueprint {
    public static final Bert EXAMPLE = new Bert(1, 10, 2, 0);

    @Override
    public Architecture architecture(Needs needs) {
        Architecture words = Presets.bert(
                needs.vocabulary(),
                layers,
                Presets.Size.width(width).heads(heads),
                needs.length().orElse(512),
                dropout);
        return needs.head().map(head -> words.head(head.dropout(dropout))).orElse(words);
    }
}
