package io.attend.generation;

import java.util.Arrays;
import java.util.OptionalDouble;

/// What a decoding wrote of one text.
///
/// @param tokens the new tokens, without the prompt and the token that ended it
/// @param end the token that ended it, empty if it was cut off
/// @param score how likely the text is by the decoding's own measure, if it has one
public record Written(int[] tokens, java.util.OptionalInt end, OptionalDouble score) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Written(var words, var ending, var value)
                && Arrays.equals(tokens, words)
                && end.equals(ending)
                && score.equals(value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }
}
