package io.attend.router;

import io.attend.value.Source;

/// The same number for sequences of any length.
///
///     capacity = tokens
///
/// Names: Hugging Face's Switch has it as `expert_capacity`.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record FixedCapacity(int tokens) implements Capacity {
    public static final FixedCapacity EXAMPLE = new FixedCapacity(64);

    public FixedCapacity {
        if (tokens < 1) {
            throw new IllegalArgumentException("capacity must be at least 1 token, not " + tokens);
        }
    }

    @Override
    public long of(long length, int choices, int experts) {
        return tokens;
    }
}
