package io.attend.tokenizer.postprocessor;

import java.util.List;

/// Leaves the spaces that byte-level tokens carry out of their offsets, when `trimOffsets`.
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PostProcessor {
    static final ByteLevel DEFAULT = new ByteLevel(true, true, true);

    @Override
    public List<Part> parts(boolean pair) {
        return PostProcessor.plain(pair);
    }

    @Override
    public Trim trim() {
        return Trim.of(trimOffsets, addPrefixSpace);
    }
}
