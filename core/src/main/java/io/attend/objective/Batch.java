package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.tensor.Tensor;

/// Examples side by side.
///
/// @param inputs what the model is given
/// @param answers what its head should say
/// @param tokens real tokens read and written
/// @param answered answers that count: a mean over them is the batch's loss
public record Batch(Inputs inputs, Tensor answers, long tokens, long answered) {}
