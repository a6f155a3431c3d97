package io.attend.embedding;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// What a model is given, before it is vectors.
public sealed interface Input permits Features, PermutedTokens, Tokens {
    /// [B, T] int64, the words; absent when the input is no words.
    Optional<Tensor> words();

    /// [B, T] truth values, false at padding; absent when nothing is padding.
    Optional<Tensor> keep();

    /// [B, T] int64, where each token stands; absent when they stand at 0, 1, 2 and so on.
    Optional<Tensor> positions();

    /// [B, T] int64, to which of several texts a token belongs; absent when there is one.
    Optional<Tensor> segments();

    /// [B, T] truth values, which tokens see all and are seen by all, for attention that asks; absent where it
    /// is left to the attention.
    default Optional<Tensor> global() {
        return Optional.empty();
    }

    /// B.
    long batch();

    /// T, the positions it becomes.
    long length();
}
