package io.attend.data;

/// How large a batch is.
///
/// @param limit of what is counted
public record Batching(Unit unit, int limit) {
    /// What is counted.
    public enum Unit {
        /// So many examples, whatever their length.
        EXAMPLES,
        /// As many examples as make, padded to the longest source or target among them, at most so many tokens:
        /// fairseq's `max-tokens`.
        TOKENS
    }

    public Batching {
        if (limit < 1) {
            throw new IllegalArgumentException("a batch must be at least 1, not " + limit);
        }
    }

    public static Batching examples(int count) {
        return new Batching(Unit.EXAMPLES, count);
    }

    public static Batching tokens(int count) {
        return new Batching(Unit.TOKENS, count);
    }

    @Override
    public String toString() {
        return unit == Unit.EXAMPLES ? limit + " examples" : "at most " + limit + " tokens";
    }
}
