package io.attend.generation;

/// What every text must be, said while it is being written: words that would make it something else are ruled
/// out, and so are those after which it could not be finished in time.
@FunctionalInterface
public interface Constraint {
    /// Anything.
    Constraint NONE = (_, _, _) -> {};

    /// Rules out what may not come next, by minus infinity; at least one word always stays.
    ///
    /// @param scores one a word, [V]
    /// @param written the tokens so far, without the prompt
    /// @param left how many tokens may still be written
    void apply(float[] scores, int[] written, int left);
}
