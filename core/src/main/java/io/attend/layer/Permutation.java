package io.attend.layer;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// The order in which the tokens of a pass come to be known, where that is not the order of their positions,
/// and which of them are asked for.
///
/// @param hidden [B, T, T] truth values: whether the first token may not see the second; absent where all see
///     all
/// @param targets [B, P, T]: row p picks the position that the p-th query asks for, with a 1; absent where
///     none is asked
public record Permutation(Optional<Tensor> hidden, Optional<Tensor> targets) {}
