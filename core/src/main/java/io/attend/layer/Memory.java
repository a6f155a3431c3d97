package io.attend.layer;

import io.attend.tensor.Tensor;
import java.util.Optional;

/// What cross-attention attends to: the output of an encoder.
///
/// @param values [B, S, E]
/// @param keep [B, S] truth values, false at padding; absent when nothing is padding
public record Memory(Tensor values, Optional<Tensor> keep) {}
