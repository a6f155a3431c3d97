package io.attend.embedding;

import io.attend.layer.Permutation;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Tokens that come to be known in another order than that of their positions, some of which are asked for:
/// what permutation language models learn from.
///
/// Names: `hidden` is Hugging Face's `perm_mask`, `targets` its `target_mapping`.
///
/// @param hidden [B, T, T] truth values: whether the first token may not see the second; absent where all see
///     all
/// @param targets [B, P, T]: row p picks the position that the p-th query asks for, with a 1; absent where
///     none is asked
public record PermutedTokens(Tokens tokens, Optional<Tensor> hidden, Optional<Tensor> targets) implements Input {
    public PermutedTokens {
        Shape pairs = Shape.of(tokens.batch(), tokens.length(), tokens.length());
        hidden.ifPresent(mask -> {
            if (!mask.shape().equals(pairs) || mask.dtype() != DType.BOOL) {
                throw new IllegalArgumentException("hidden must be " + pairs + " BOOL, not " + mask);
            }
        });
        targets.ifPresent(rows -> {
            if (rows.rank() != 3
                    || rows.size(0) != tokens.batch()
                    || rows.size(1) < 1
                    || rows.size(2) != tokens.length()
                    || !rows.dtype().isFloating()) {
                throw new IllegalArgumentException("targets must be [" + tokens.batch() + ", P, " + tokens.length()
                        + "] floating-point with at least one row, not " + rows);
            }
        });
    }

    /// As layers see it.
    Permutation order() {
        return new Permutation(hidden, targets);
    }

    @Override
    public Optional<Tensor> words() {
        return tokens.words();
    }

    @Override
    public Optional<Tensor> keep() {
        return tokens.keep();
    }

    @Override
    public Optional<Tensor> positions() {
        return tokens.positions();
    }

    @Override
    public Optional<Tensor> segments() {
        return tokens.segments();
    }

    @Override
    public long batch() {
        return tokens.batch();
    }

    /// T, the queries not among them.
    @Override
    public long length() {
        return tokens.length();
    }
}
