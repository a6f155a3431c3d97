package io.attend.measure;

import java.util.OptionalDouble;

/// What one pass over a text of a length took.
///
/// @param length T
/// @param forward seconds of a forward pass that learns nothing
/// @param training seconds of a forward and a backward pass
/// @param forwardBytes at the peak of the forward pass, beyond what was there before; absent where the operating
///     system does not say
/// @param trainingBytes the same of both passes
public record Figure(
        long length, double forward, double training, OptionalDouble forwardBytes, OptionalDouble trainingBytes) {}
