package io.attend.training;

import io.attend.architecture.Architecture;
import io.attend.objective.Needs;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// An encoder as [Bert] that finds replaced words, and beside it a narrower one that replaces them: what the
/// objective `ReplacedToken` trains. The paper lets both share one table of words, here each has its own.
///
/// @param generatorWidth E of the model that replaces, a quarter to a half of the width
@Source(paper = "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators", arxiv = "2003.10555")
public record Electra(
        @Default("12") int layers,
        @Default("768") int width,
        @Default("12") int heads,
        @Default("256") int generatorWidth,
        @Default("0.1") double dropout)
        implements Blueprint {
    public static final Electra EXAMPLE = new Electra(1, 10, 2, 6, 0);

    @Override
    public Architecture architecture(Needs needs) {
        Needs words = new Needs(needs.vocabulary(), Optional.empty(), needs.length());
        return new Bert(layers, width, heads, dropout)
                .architecture(needs)
                .partner(new Bert(layers, generatorWidth, heads, dropout).architecture(words));
    }
}
