package io.attend.tokenizer.trainer;

/// Hears how far training has come.
@FunctionalInterface
public interface Progress {
    /// No one listens.
    Progress NONE = (step, done, of) -> {};

    /// `done` of `of` are done of a step, such as "merges"; `of` is 0 where the end is not known.
    void at(String step, long done, long of);
}
