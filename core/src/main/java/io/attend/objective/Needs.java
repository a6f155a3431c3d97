package io.attend.objective;

import java.util.OptionalInt;

/// What an architecture must have for an objective.
///
/// @param vocabulary tokens there are
/// @param labels classes a head must tell apart, if it classifies
/// @param length tokens of the longest example, if it is known
public record Needs(int vocabulary, OptionalInt labels, OptionalInt length) {}
