package io.attend.tokenizer.normalizer;

import java.util.List;

/// One normalizer after another.
public record Sequence(List<Normalizer> normalizers) implements Normalizer {
    public Sequence {
        normalizers = List.copyOf(normalizers);
    }

    @Override
    public Rewriter build() {
        List<Rewriter> built = normalizers.stream().map(Normalizer::build).toList();
        return text -> built.forEach(rewriter -> rewriter.rewrite(text));
    }
}
