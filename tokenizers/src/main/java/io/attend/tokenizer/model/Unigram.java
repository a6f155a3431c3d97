package io.attend.tokenizer.model;

import io.attend.tokenizer.json.Shaped;
import io.attend.tokenizer.json.Spelled;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// The most likely of all ways to cut a piece into tokens, each with its log-probability (Kudo 2018):
///
///     argmax over t₁…tₙ with t₁·…·tₙ = piece   of   Σ score(tᵢ)
///
/// found by Viterbi in O(n · longest token). A code point that no token has costs 10 less than the worst token
/// and becomes token `unkId`, runs of them one; with `byteFallback`, the tokens of its UTF-8 bytes.
public record Unigram(OptionalInt unkId, @Spelled("vocab") List<Scored> pieces, boolean byteFallback) implements Model {
    static final Unigram DEFAULT = new Unigram(OptionalInt.empty(), List.of(), false);

    public Unigram {
        pieces = List.copyOf(pieces);
        if (pieces.size() > Vocabulary.LIMIT) {
            throw new IllegalArgumentException(pieces.size() + " tokens are more than " + Vocabulary.LIMIT);
        }
        if (unkId.isPresent() && (unkId.getAsInt() < 0 || unkId.getAsInt() >= pieces.size())) {
            throw new IllegalArgumentException(
                    "unk_id is " + unkId.getAsInt() + ", but there are " + pieces.size() + " tokens");
        }
    }

    /// A token and its log-probability.
    @Shaped(Shaped.Shape.ARRAY)
    public record Scored(String piece, double score) {
        public Scored {
            if (Double.isNaN(score)) {
                throw new IllegalArgumentException("the score of \"" + piece + "\" is not a number");
            }
        }
    }

    @Override
    public Vocabulary vocabulary() {
        return Vocabulary.ofRepeating(pieces.stream().map(Scored::piece).toList());
    }

    @Override
    public OptionalInt unknown() {
        return unkId;
    }

    @Override
    public Supplier<Segmenter> build() {
        UnigramTables tables = new UnigramTables(this);
        return () -> new UnigramSegmenter(tables);
    }
}
