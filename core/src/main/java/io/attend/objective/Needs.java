package io.attend.objective;

import io.attend.head.Head;
import java.util.Optional;
import java.util.OptionalInt;

/// What an architecture must have for an objective.
///
/// @param vocabulary tokens there are
/// @param head what the model must say of a text; absent where it scores words
/// @param length tokens of the longest example, if it is known
public record Needs(int vocabulary, Optional<Head> head, OptionalInt length) {
    /// @throws IllegalArgumentException if the model must say something else than words
    public Needs words(String model) {
        head.ifPresent(other -> {
            throw new IllegalArgumentException("model: a " + model + " scores words, but the objective asks for a "
                    + other.getClass().getSimpleName() + "; use a Bert, or a GivenArchitecture that has one");
        });
        return this;
    }
}
