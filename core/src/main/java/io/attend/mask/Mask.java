package io.attend.mask;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// Which keys a query may attend to, by their positions in the sequence and the texts they belong to. Padding
/// is not a mask but data: it is joined to these where attention runs.
public sealed interface Mask
        permits And, Bidirectional, BlockLocal, Causal, Dilated, Document, Not, Or, Prefix, SlidingWindow, Strided {
    /// The definition, for one text: whether the query at one position may attend to the key at another.
    boolean allows(long query, long key);

    /// The definition where a sequence holds several texts.
    default boolean allows(Token query, Token key) {
        return allows(query.position, key.position);
    }

    /// The same for many of one text: queries [T, 1] and keys [1, S] of positions → [T, S] truth values.
    Tensor allowed(Tensor queries, Tensor keys);

    /// The same for many: queries [(B,) T, 1] and keys [(B,) 1, S] of positions, and where they are told apart
    /// the texts they belong to → [(B,) T, S] truth values.
    default Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        return allowed(queries, keys);
    }

    /// How much `queries` consecutive queries of one text starting at position `first` see of its keys 0 ...
    /// `keys` - 1: what lets attention take the fused kernel without a mask.
    Reach reach(long first, long queries, long keys);

    /// Whether no query sees a key behind it, so that a model can generate from left to right. Never wrongly
    /// true.
    boolean causal();

    /// The keys near enough to be seen, where that is not the whole sequence however long it is: what lets
    /// attention cost no more than they do. Never wrongly narrow.
    default Optional<Band> band() {
        return Optional.empty();
    }

    /// Whether it matters where in the sequence query and key stand, and not only how far apart: positions then
    /// count from the first token that is no padding.
    default boolean looksAtPlaces() {
        return false;
    }

    /// Whether it matters to which text query and key belong.
    default boolean looksAtTexts() {
        return false;
    }

    /// A query or key as a mask sees it.
    ///
    /// @param position in the sequence
    /// @param text which of several, 0 if there is one
    record Token(long position, long text) {}

    /// To which of several texts tokens belong, int64.
    ///
    /// @param queries [B, T, 1]
    /// @param keys [B, 1, S]
    record Texts(Tensor queries, Tensor keys) {}

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
