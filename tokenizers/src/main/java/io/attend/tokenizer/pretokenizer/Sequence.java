package io.attend.tokenizer.pretokenizer;

import io.attend.tokenizer.json.Spelled;
import java.util.List;

/// One pre-tokenizer after another, each within the pieces of the one before.
public record Sequence(@Spelled("pretokenizers") List<PreTokenizer> preTokenizers) implements PreTokenizer {
    public Sequence {
        preTokenizers = List.copyOf(preTokenizers);
    }

    @Override
    public boolean needsPlaces() {
        return preTokenizers.stream().anyMatch(PreTokenizer::needsPlaces);
    }

    @Override
    public Splitter build() {
        List<Splitter> built = preTokenizers.stream().map(PreTokenizer::build).toList();
        return text -> built.forEach(splitter -> splitter.split(text));
    }
}
