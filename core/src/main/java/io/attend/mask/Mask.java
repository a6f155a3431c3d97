package io.attend.mask;

import io.attend.tensor.Tensor;

/// Which keys a query may attend to, by their positions in the sequence. Padding is not a mask but data: it is
/// joined to these where attention runs.
public sealed interface Mask permits Bidirectional, Causal, SlidingWindow {
    /// The definition: whether the query at one position may attend to the key at another.
    boolean allows(long query, long key);

    /// The same for many: queries [T, 1] and keys [1, S] of positions → [T, S] truth values.
    Tensor allowed(Tensor queries, Tensor keys);

    /// How much `queries` consecutive queries starting at position `first` see of keys 0 ... `keys` - 1: what lets
    /// attention take the fused kernel without a mask.
    Reach reach(long first, long queries, long keys);

    /// Whether no query sees a key behind it, so that a model can generate from left to right.
    boolean causal();

    /// What a mask leaves of the keys.
    enum Reach {
        /// Every query sees every key.
        ALL,
        /// Query i sees keys 0 ... i, and there are as many queries as keys.
        TRIANGLE,
        /// Anything else: the mask must be made.
        SOME
    }
}
