package io.attend.tokenizer.format;

import io.attend.tokenizer.Pipeline;

/// What a tokenizer file says.
public record Loaded(Pipeline pipeline, RoleNames roles) {
    public Loaded(Pipeline pipeline) {
        this(pipeline, RoleNames.NONE);
    }
}
