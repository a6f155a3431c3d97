package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// A prefix is seen whole by every query; what follows it is seen from left to right.
///
///     allowed(q, k) = k ≤ q or k in the prefix
///
/// The prefix is the first `length` tokens, or without a length the first of two texts, whose segment is 0:
/// UniLM's sequence-to-sequence mask.
@Source(
        paper = "Unified Language Model Pre-training for Natural Language Understanding and Generation",
        arxiv = "1905.03197")
public record Prefix(OptionalInt length) implements Mask {
    public static final Prefix EXAMPLE = new Prefix(4);
    public static final Prefix FIRST_TEXT = new Prefix(OptionalInt.empty());

    public Prefix {
        if (length.isPresent() && length.getAsInt() < 1) {
            throw new IllegalArgumentException("a prefix must be at least 1 token, not " + length.getAsInt());
        }
    }

    /// The first so many tokens.
    public Prefix(int length) {
        this(OptionalInt.of(length));
    }

    @Override
    public boolean allows(long query, long key) {
        return key <= query || length.isEmpty() || key < length.getAsInt();
    }

    @Override
    public boolean allows(Token query, Token key) {
        return key.position() <= query.position()
                || (length.isPresent() ? key.position() < length.getAsInt() : key.text() == 0);
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return allowed(queries, keys, Optional.empty());
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        Tensor prefix;
        if (length.isPresent()) {
            prefix = keys.sub(length.getAsInt() - 1.0).clampMin(0).eq(0);
        } else {
            prefix = texts.orElseThrow(() -> new IllegalArgumentException("a prefix without a length is the first of"
                            + " two texts, but the tokens have no segments; give them some, or the prefix a length"))
                    .keys()
                    .eq(0);
        }
        return keys.le(queries).logicalOr(prefix); // [(B,) T, S]
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        if (length.isPresent() && keys <= length.getAsInt()) {
            return Reach.ALL;
        }
        Reach causal = new Causal().reach(first, queries, keys);
        boolean shows = length.isEmpty() || length.getAsInt() > 1; // more than a triangle does
        return causal == Reach.TRIANGLE && shows ? Reach.SOME : causal;
    }

    @Override
    public boolean causal() {
        return length.isPresent() && length.getAsInt() == 1;
    }

    @Override
    public boolean looksAtPlaces() {
        return length.isPresent();
    }

    @Override
    public boolean looksAtTexts() {
        return length.isEmpty();
    }
}
