package io.attend.layer;

/// How much work a forward pass is given: a batch of sequences of `length` new tokens each, behind `cached`
/// earlier ones, attending to a memory of `memory` positions where there is one.
public record Load(long batch, long length, long cached, long memory) {
    public Load {
        if (batch < 1) {
            throw new IllegalArgumentException("a load needs a batch of at least 1, not " + batch);
        }
        if (length < 1) {
            throw new IllegalArgumentException("a load needs a length of at least 1, not " + length);
        }
        if (cached < 0) {
            throw new IllegalArgumentException("a load cannot have " + cached + " cached tokens");
        }
        if (memory < 0) {
            throw new IllegalArgumentException("a load cannot have " + memory + " positions of memory");
        }
    }

    /// A whole batch at once, as in training.
    public static Load batch(long batch) {
        return new Load(batch, 1, 0, 0);
    }

    public Load length(long tokens) {
        return new Load(batch, tokens, cached, memory);
    }

    public Load cached(long tokens) {
        return new Load(batch, length, tokens, memory);
    }

    public Load memory(long positions) {
        return new Load(batch, length, cached, positions);
    }

    /// New tokens in all.
    public double rows() {
        return (double) batch * length;
    }

    /// Keys a self-attention sees: earlier and new ones.
    public long keys() {
        return cached + length;
    }
}
