package io.attend.tokenizer.postprocessor;

/// How the offsets of tokens leave out the spaces that byte-level tokens carry.
public enum Trim {
    /// Offsets cover the spaces.
    NONE,
    /// Spaces are left out.
    SPACES,
    /// Spaces are left out; the one put before the text by the pre-tokenizer has no place to leave.
    SPACES_AND_PREFIX;

    static Trim of(boolean trimOffsets, boolean addPrefixSpace) {
        return !trimOffsets ? NONE : addPrefixSpace ? SPACES_AND_PREFIX : SPACES;
    }
}
