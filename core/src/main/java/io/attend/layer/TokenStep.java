package io.attend.layer;

import io.attend.kernel.Row;

/// What a model makes of the next token of one text, in plain memory and without the engine.
@FunctionalInterface
public interface TokenStep {
    void apply(long token, Row y);
}
