package io.attend.embedding;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// What a model is given, before it is vectors.
public sealed interface Input permits Tokens {
    /// [B, T] truth values, false at padding; absent when nothing is padding.
    Optional<Tensor> keep();

    /// B.
    long batch();

    /// T, the positions it becomes.
    long length();
}
