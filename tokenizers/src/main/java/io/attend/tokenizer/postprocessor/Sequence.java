package io.attend.tokenizer.postprocessor;

import java.util.List;

/// One post-processor after another; at most one of them may add special tokens.
public record Sequence(List<PostProcessor> processors) implements PostProcessor {
    public Sequence {
        processors = List.copyOf(processors);
        long adding = processors.stream()
                .filter(p -> !p.parts(false).equals(PostProcessor.plain(false)))
                .count();
        if (adding > 1) {
            throw new IllegalArgumentException(adding + " of the processors add special tokens; expected at most one");
        }
    }

    @Override
    public List<Part> parts(boolean pair) {
        return processors.stream()
                .map(p -> p.parts(pair))
                .filter(parts -> !parts.equals(PostProcessor.plain(pair)))
                .findFirst()
                .orElseGet(() -> PostProcessor.plain(pair));
    }

    @Override
    public Trim trim() {
        return processors.stream()
                .map(PostProcessor::trim)
                .filter(trim -> trim != Trim.NONE)
                .findFirst()
                .orElse(Trim.NONE);
    }
}
