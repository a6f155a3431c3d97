package io.attend.architecture;

import io.attend.embedding.Input;
import java.util.Optional;

/// What a forward pass is given: a source, and for an encoder-decoder what its decoder has written so far.
public record Inputs(Input source, Optional<Input> target) {
    public static Inputs of(Input source) {
        return new Inputs(source, Optional.empty());
    }

    public static Inputs of(Input source, Input target) {
        return new Inputs(source, Optional.of(target));
    }
}
