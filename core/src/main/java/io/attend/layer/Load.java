package io.attend.layer;

/// How much work a forward pass is given: a batch of sequences of `length` new tokens each, behind `cached`
/// earlier ones, attending to a memory of `memory` positions where there is one.
///
/// @param streams how many rows stand for a token, 1 but where several words ahead are predicted at once
public record Load(long batch, long length, long cached, long memory, long streams) {
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
        if (streams < 1) {
            throw new IllegalArgumentException("a load needs at least 1 stream, not " + streams);
        }
    }

    /// A whole batch at once, as in training.
    public static Load batch(long batch) {
        return new Load(batch, 1, 0, 0, 1);
    }

    public Load length(long tokens) {
        return new Load(batch, tokens, cached, memory, streams);
    }

    public Load cached(long tokens) {
        return new Load(batch, length, tokens, memory, streams);
    }

    public Load memory(long positions) {
        return new Load(batch, length, cached, positions, streams);
    }

    public Load streams(long rows) {
        return new Load(batch, length, cached, memory, rows);
    }

    /// New rows in all: a token's in each stream.
    public double rows() {
        return (double) batch * length * streams;
    }

    /// Keys a self-attention sees: earlier and new ones.
    public long keys() {
        return cached + length;
    }
}
